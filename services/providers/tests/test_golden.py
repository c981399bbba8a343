"""Every provider's answers as every client gets them, and every client's requests as every
provider gets them, compared with the files in golden/.

TOLLGATE_WRITE_GOLDEN=1 writes them anew: read the difference before it is kept.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tollgate_providers.failures import AnswerFailed

from .layout import laid_out
from .recorded import PAIRS, Asked, answer_of, events_of, requests_of

GOLDEN = Path(__file__).parent / "golden"


def golden_of(provider: str, client: str) -> str:
    sections = [*answers(provider, client), *requests(provider, client)]
    return "\n".join(f"=== {title}\n{text.rstrip()}\n" for title, text in sections)


def answers(provider: str, client: str) -> Iterator[tuple[str, str]]:
    """With and without a call of tools, whole and streamed."""
    names = {"hello": ("unary.json", "stream.sse"), "tools": ("tools.json", "tools.sse")}
    for name, (whole, stream) in names.items():
        if name not in requests_of(client):
            continue
        asked = Asked(provider, client, name)
        if answer := answer_of(asked.recording(whole)):
            data, _ = asked.whole(json.dumps(answer).encode())
            yield f"answer: {name}", laid_out(data)
        shown = (True, False) if (client, name) == ("openai", "hello") else (True,)
        for include_usage in shown:
            asked = Asked(provider, client, name, stream=True, include_usage=include_usage)
            if asked.recording(stream).exists():
                data, _ = asked.streamed(events_of(asked.recording(stream)))
                how = "streamed" if include_usage else "streamed without usage"
                yield f"answer: {name}, {how}", data.decode()


def requests(provider: str, client: str) -> Iterator[tuple[str, str]]:
    for name in requests_of(client):
        yield f"request: {name}", sent(provider, client, name, stream=name == "hello")


def sent(provider: str, client: str, name: str, **fields: Any) -> str:
    """What the provider gets, or why it gets nothing."""
    try:
        asked = Asked(provider, client, name, **fields)
        body = asked.wire.body(asked.ask)
    except AnswerFailed as refusal:
        return f"{refusal.kind.name} {refusal.param or '-'}\n{refusal.message}"
    return f"POST {asked.wire.target(asked.ask)}\n{laid_out(body)}"


def path_of(provider: str, client: str) -> Path:
    return GOLDEN / provider / f"{client}.txt"


@pytest.mark.parametrize(("provider", "client"), PAIRS)
def test_what_goes_over_the_wire(provider: str, client: str) -> None:
    path, found = path_of(provider, client), golden_of(provider, client)
    if os.environ.get("TOLLGATE_WRITE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(found)
    assert path.read_text() == found


def test_no_file_is_left_over() -> None:
    files = {path for path in GOLDEN.rglob("*") if path.is_file()}
    assert files == {path_of(provider, client) for provider, client in PAIRS}
