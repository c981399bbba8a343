"""Whatever a provider answers beside chat: it is an answer, or it is refused, and never a crash."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tollgate_common.rating import Units
from tollgate_providers.adapter import Ask
from tollgate_providers.conversion import wire_of
from tollgate_providers.failures import AnswerFailed
from tollgate_providers.registry import load_adapters, load_dialects

from .fuzzing import examples, mutated, spliced

RECORDINGS = Path(__file__).parents[2] / "services" / "providers" / "tests" / "recordings"
ADAPTERS = load_adapters()
DIALECTS = load_dialects()
ANSWERS = [
    path
    for operation in ("embeddings", "images", "moderation", "rerank", "transcription")
    for path in sorted(RECORDINGS.glob(f"*/{operation}.json"))
]
# Embeddings cross dialects; all else is OpenAI's alone.
BODIES = {
    "openai": b'{"model": "m", "input": ["one"], "encoding_format": "base64"}',
    "gemini": b'{"content": {"parts": [{"text": "one"}]}}',
}
CASES = [
    (path, dialect)
    for path in ANSWERS
    for dialect in (BODIES if path.stem == "embeddings" else ["openai"])
]


@pytest.mark.parametrize(
    ("path", "dialect"), CASES, ids=lambda value: value if isinstance(value, str) else value.stem
)
@examples(60)
@given(st.data())
def test_any_answer(path: Path, dialect: str, data: st.DataObject) -> None:
    recorded = json.loads(path.read_text())["answer"]
    strategy = st.one_of(mutated(recorded), spliced(json.dumps(recorded).encode()))
    asked = Ask(
        body=BODIES[dialect],
        model="m",
        stream=False,
        include_usage=False,
        max_output_tokens=0,
        dialect=dialect,
        operation=path.stem,
    )
    wire = wire_of(ADAPTERS[path.parent.name], DIALECTS, asked)
    try:
        reading = wire.read(data.draw(strategy))
    except AnswerFailed:
        return
    assert reading.reported is None or isinstance(reading.reported, Units)
