"""Takes out of a provider's message what must not reach a customer: keys, addresses, hosts."""

import re

MESSAGE_CHARACTERS_MAX = 500
_SECRET = re.compile(
    r"""(?ix)
    \bbearer\s+\S+
    | \b(?:sk|ak|pk|rk|key|token)[-_][\w*.\-]{4,}
    | \b[\w*\-]{32,}                                    # any opaque credential
    """
)
_ADDRESS = re.compile(
    r"""(?ix)
    \b(?:https?|wss?|grpc)://[^\s'"<>)\]]+
    | \b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?
    | \b(?:[a-z0-9-]+\.)+(?:com|cn|ai|net|org|io|dev|cloud|local|internal|svc)\b(?::\d+)?
    | \blocalhost(?::\d+)?
    """
)


def scrub(message: str, credential: str = "") -> str:
    """One line, no more than 500 characters, safe to show."""
    text = message[: 8 * MESSAGE_CHARACTERS_MAX]
    if credential:
        text = text.replace(credential, "[redacted]")
    text = _ADDRESS.sub("[address]", text)
    text = _SECRET.sub("[redacted]", text)
    return " ".join(text.split())[:MESSAGE_CHARACTERS_MAX]
