"""What the web app must know before anybody logs in."""

from tollgate_console.api import Answer, Api, Nothing, Policy
from tollgate_console.context import Context

api = Api()


class About(Answer):
    """This deployment, as its customers see it."""

    # With /v1, for SDKs.
    api_url: str
    welcome_credit_nano: int


@api.endpoint("GET", "/api/about", Policy.PUBLIC)
async def about(context: Context, ask: Nothing) -> About:
    settings = context.settings
    return About(api_url=settings.api_url, welcome_credit_nano=settings.welcome_credit_nano)
