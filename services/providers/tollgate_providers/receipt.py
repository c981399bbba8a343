"""The receipt within an answer: what it cost, beside the usage that it shows."""

import re
from typing import Any

import orjson
from tollgate_common.money import format_usd
from tollgate_common.rating import Price, Units, billed, cost_nano

# In a string its quotes would be escaped, so this is always a member of an object.
_USAGE = re.compile(rb'"usage(?:Metadata)?"\s*:\s*\{(\s*\})?')


def with_cost(data: bytes, units: Units | None, price: Price | None) -> bytes:
    """The answer, or events of it, with `cost` in USD in its usage; nothing else is touched.

    Without a count there is no usage to be trusted, and the answer stays as it is.
    """
    if units is None or price is None:
        return data
    places = list(_USAGE.finditer(data))
    member = b'"cost":%b' % format_usd(cost_nano(billed(units, price), price)).encode()
    for place in reversed(places):
        comma = b"" if place[1] else b","
        start = data.index(b"{", place.start()) + 1
        receipted = data[:start] + member + comma + data[start:]
        if len(places) == 1 or _is_usage(receipted):
            return receipted
    return data


def _is_usage(receipted: bytes) -> bool:
    """Whether the cost is where it should be, and not in a tool's arguments or schema.

    Several events are no JSON text: our writers put usage last in them.
    """
    try:
        answer: Any = orjson.loads(receipted)
    except orjson.JSONDecodeError:
        return True
    if not isinstance(answer, dict):
        return False
    whole = answer.get("response", answer)
    return any("cost" in (whole.get(name) or ()) for name in ("usage", "usageMetadata"))
