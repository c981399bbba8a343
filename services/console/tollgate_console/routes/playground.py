"""The playground: chat completions of the public API, paid from the account's wallet."""

from contextlib import AsyncExitStack
from typing import Any

import orjson
from pydantic import Field
from tollgate.auth.v1 import auth_pb2
from tollgate_common.errors import InvalidArgument

from tollgate_console.api import Api, Ask, Policy, Stream
from tollgate_console.context import Context

api = Api()


class Chat(Ask):
    """The request as the public API takes it: it is judged there, and answered in its words."""

    body: dict[str, Any] = Field(repr=False)


@api.endpoint("POST", "/api/playground/chat", Policy.USER, large=True)
async def chat(context: Context, ask: Chat) -> Stream:
    """The API's own answer with its own status, streamed if it is a stream.

    Its errors are those of the OpenAI dialect. Who leaves hangs up, and pays for what was produced.
    """
    try:
        body = orjson.dumps(ask.body)
    except orjson.JSONEncodeError as error:
        # More levels can be read than written.
        raise InvalidArgument("body: is nested too deeply", field="body") from error
    request = auth_pb2.GetPlaygroundKeyRequest(account_id=context.account_id)
    key = await context.services.auth.GetPlaygroundKey(request)
    stack = AsyncExitStack()
    reply = await stack.enter_async_context(context.services.gateway.chat(key.secret, body))

    return Stream(
        reply.chunks,
        reply.content_type,
        status=reply.status,
        headers=reply.headers,
        close=stack.aclose,
    )
