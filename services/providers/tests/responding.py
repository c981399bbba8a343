"""What OpenAI's Responses API answers, as small as it gets: whole, or event by event."""

import json
from typing import Any

USAGE = {"input_tokens": 10, "output_tokens": 3, "total_tokens": 13}
_AT = {"output_index": 0, "content_index": 0, "item_id": "msg_1"}
_LIMIT: dict[str, Any] = {
    "status": "incomplete",
    "incomplete_details": {"reason": "max_output_tokens"},
}


def response(text: str = "Hello!", **fields: Any) -> dict[str, Any]:
    content = [{"type": "output_text", "text": text, "annotations": []}]
    item = {"type": "message", "id": "msg_1", "role": "assistant", "content": content}
    known = {"id": "resp_1", "object": "response", "model": "m", "status": "completed"}
    return known | {"output": [item], "usage": USAGE} | fields


def event(kind: str, **fields: Any) -> bytes:
    data = json.dumps({"type": kind, **fields}, separators=(",", ":"))
    return f"event: {kind}\ndata: {data}\n\n".encode()


def text_delta(text: str) -> bytes:
    return event("response.output_text.delta", delta=text, **_AT)


BEGUN = event("response.created", response=response(status="in_progress", output=[], usage=None))
LIMITED = event("response.incomplete", response=response(**_LIMIT))
FAILED = event("response.failed", response=response(status="failed", output=[]))
