"""llm, the command-line program, pointed here by its file of models."""

import json
from typing import Any

from .environments import Python, prepare
from .newcomer import CHAT, Newcomer
from .told import CALL, QUESTION, SCHEMA, Feature, check_answers

ENVIRONMENT = Python("llm")
MODELS = """\
- model_id: tollgate
  model_name: {model}
  api_base: {url}/v1
  api_key_name: tollgate
  supports_tools: true
  supports_schema: true
"""
WEATHER = """\
def weather(city: str) -> str:
    "The weather in a city"
    return f"Rain in {city}"
"""


async def test_llm(newcomer: Newcomer) -> None:
    await prepare(ENVIRONMENT)
    models = MODELS.format(model=CHAT.model, url=newcomer.url)
    (newcomer.machine.home / "extra-openai-models.yaml").write_text(models)
    [chat] = await _does(newcomer, QUESTION)
    streamed = await _prints(newcomer, QUESTION)
    ask = f"call {CALL['name']} with {json.dumps(CALL['arguments'])}"
    asked, answered = await _does(newcomer, ask, "--functions", WEATHER)
    [call] = asked["tool_calls"]
    [place] = await _does(newcomer, "Name a city", "--schema", json.dumps(SCHEMA))
    called = {"name": call["name"], "arguments": call["arguments"]}
    told = {
        "chat": Feature({"text": chat["response"]}, 1, _tokens(chat)),
        "stream": Feature({"text": streamed}, 1, None),
        "tools": Feature(
            {"call": called, "text": answered["response"]}, 2, _tokens(asked, answered)
        ),
        "structured": Feature({"value": json.loads(place["response"])}, 1, _tokens(place)),
    }
    check_answers(told)
    await newcomer.finds("llm", ENVIRONMENT.version("llm"), CHAT, told)


async def _does(newcomer: Newcomer, prompt: str, *options: str) -> list[dict[str, Any]]:
    """Each answer of the model, and what it was asked. Nothing is streamed then."""
    answers: list[dict[str, Any]] = json.loads(await _prints(newcomer, prompt, "--json", *options))
    return answers


async def _prints(newcomer: Newcomer, prompt: str, *options: str) -> str:
    command = [ENVIRONMENT.program("llm"), "-m", "tollgate", "--key", newcomer.customer.key]
    home = str(newcomer.machine.home)
    return await newcomer.machine.run(*command, *options, prompt, LLM_USER_PATH=home)


def _tokens(*answers: dict[str, Any]) -> tuple[int, int]:
    sent = sum(answer["input_tokens"] for answer in answers)
    return sent, sum(answer["output_tokens"] for answer in answers)
