"""What we write, as the official SDK reads it, and what it sends back."""

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from google import genai
from google.genai import types
from tollgate_common.rating import Units
from tollgate_providers import neutral as n
from tollgate_providers.adapter import Ask
from tollgate_providers.dialect import Envelope
from tollgate_providers.dialects.gemini import DIALECT
from tollgate_providers.formats.gemini.passed_request import passed

# The SDK derives a class of its own from aiohttp's session.
pytestmark = pytest.mark.filterwarnings("ignore:Inheritance class AiohttpClientSession")

ENVELOPE = Envelope(id="R1", model="deepseek-v4-pro", created_s=1)
ANSWER: list[n.Event] = [
    n.Started(),
    n.ThinkingDelta("Two cities, "),
    n.ThinkingDelta("two calls."),
    n.Signature("EqQBCgIYAhIM", "anthropic"),
    n.Redacted("EmwKAhgBEgy3", "anthropic"),
    n.TextDelta("Let me "),
    n.TextDelta("look."),
    n.ToolCallStarted(0, "call_a", "get_weather"),
    n.ToolArguments(0, '{"city":'),
    n.ToolCallStarted(1, "call_b", "get_weather"),
    n.ToolArguments(1, '{"city":"Oslo"}'),
    n.ToolArguments(0, '"Rome"}'),
    n.Finished("tool_calls"),
    n.UsageSeen(Units(input=10, cached_read=5, output=7, reasoning=3)),
]


@dataclass
class Server:
    """Answers with these pieces, and keeps what it was asked."""

    url: str = ""
    pieces: list[bytes] = field(default_factory=list)
    asked: list[bytes] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(await request.read())
        kind = "text/event-stream" if request.query.get("alt") == "sse" else "application/json"
        response = web.StreamResponse(headers={"Content-Type": kind})
        await response.prepare(request)
        for piece in self.pieces:
            await response.write(piece)
        return response

    def streams(self, events: list[n.Event]) -> None:
        writer = DIALECT.writer(ENVELOPE)
        self.pieces = [*(writer.write([event]) for event in events), writer.end()]

    def read(self) -> n.Request:
        """The last request, as we read it."""
        return DIALECT.read(
            Ask(
                body=self.asked[-1],
                model="m",
                stream=False,
                include_usage=True,
                max_output_tokens=9,
            )
        )


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()
    application = web.Application()
    application.router.add_post("/v1/models/{call}", server.handle)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    server.url = f"http://{host}:{port}"
    yield server
    await runner.cleanup()


@pytest.fixture
async def models(server: Server) -> AsyncIterator[Any]:
    client = genai.Client(api_key="sk-1", http_options=types.HttpOptions(base_url=server.url))
    async with client.aio as aio:
        yield aio.models
    client.close()


TOOL = types.Tool(
    function_declarations=[
        types.FunctionDeclaration(
            name="get_weather",
            description="Tells the weather.",
            parameters=types.Schema(
                type=types.Type.OBJECT, properties={"city": types.Schema(type=types.Type.STRING)}
            ),
        )
    ]
)
CONFIG = types.GenerateContentConfig(
    system_instruction="Be terse.",
    max_output_tokens=9,
    top_k=40,
    tools=[TOOL],
    thinking_config=types.ThinkingConfig(
        include_thoughts=True, thinking_level=types.ThinkingLevel.LOW
    ),
    automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
)


async def test_the_sdk_reads_a_whole_answer(server: Server, models: Any) -> None:
    server.pieces = [DIALECT.answer(ENVELOPE, ANSWER)]
    answer = await models.generate_content(model="m", contents="Hello", config=CONFIG)
    check([answer])


async def test_the_sdk_reads_a_stream(server: Server, models: Any) -> None:
    server.streams(ANSWER)
    stream = await models.generate_content_stream(model="m", contents="Hello", config=CONFIG)
    check([answer async for answer in stream])


def check(answers: list[types.GenerateContentResponse]) -> None:
    parts = [part for answer in answers for part in answer.parts or ()]
    assert "".join(p.text for p in parts if p.text and not p.thought) == "Let me look."
    assert "".join(p.text for p in parts if p.text and p.thought) == "Two cities, two calls."
    calls = [call for answer in answers for call in answer.function_calls or ()]
    assert [(call.id, call.args) for call in calls] == [
        ("call_a", {"city": "Rome"}),
        ("call_b", {"city": "Oslo"}),
    ]
    last = answers[-1]
    assert last.candidates
    assert last.candidates[0].finish_reason is types.FinishReason.STOP
    assert last.model_version == "deepseek-v4-pro"
    assert last.response_id == "R1"
    usage = last.usage_metadata
    assert usage
    assert (usage.prompt_token_count, usage.cached_content_token_count) == (15, 5)
    assert (usage.candidates_token_count, usage.thoughts_token_count) == (7, 3)
    assert usage.total_token_count == 25


@pytest.mark.parametrize("streamed", [True, False])
async def test_what_the_sdk_sends_back_is_what_was_said(
    server: Server, models: Any, streamed: bool
) -> None:
    contents: list[Any] = [types.UserContent("Hello")]
    if streamed:
        server.streams(ANSWER)
        stream = await models.generate_content_stream(model="m", contents=contents, config=CONFIG)
        contents += [answer.candidates[0].content async for answer in stream]
    else:
        server.pieces = [DIALECT.answer(ENVELOPE, ANSWER)]
        answer = await models.generate_content(model="m", contents=contents, config=CONFIG)
        contents.append(answer.candidates[0].content)
    results = [
        types.Part.from_function_response(name="get_weather", response={"result": text})
        for text in ("sun", "snow")
    ]
    contents.append(types.UserContent(results))
    server.pieces = [DIALECT.answer(ENVELOPE, [n.TextDelta("Done."), n.Finished("stop")])]
    done = await models.generate_content(model="m", contents=contents, config=CONFIG)
    assert done.text == "Done."
    request = server.read()
    assert [message.role for message in request.messages] == ["system", "user", "assistant", "user"]
    assert request.messages[2].parts == (
        n.Thinking(text="Two cities, two calls.", signature="EqQBCgIYAhIM", signer="anthropic"),
        n.RedactedThinking(data="EmwKAhgBEgy3", signer="anthropic"),
        n.Text(text="Let me look."),
        n.ToolCall(id="call_a", name="get_weather", arguments='{"city":"Rome"}'),
        n.ToolCall(id="call_b", name="get_weather", arguments='{"city":"Oslo"}'),
    )
    assert request.messages[3].parts == (
        n.ToolResult(id="call_a", parts=(n.Text(text="sun"),)),
        n.ToolResult(id="call_b", parts=(n.Text(text="snow"),)),
    )
    assert request.tools[0].schema == {
        "type": "object",
        "properties": {"city": {"type": "string"}},
    }
    assert request.reasoning == n.Reasoning(effort="low", visible=True)
    assert request.top_k == 40


async def test_what_the_sdk_sends_passes_to_google(server: Server, models: Any) -> None:
    server.pieces = [DIALECT.answer(ENVELOPE, [n.TextDelta("Hi"), n.Finished("stop")])]
    picture = types.Part.from_bytes(data=b"\x89PNG\xff", mime_type="image/png")
    await models.generate_content(model="m", contents=[picture, "What is it?"], config=CONFIG)
    sent = json.loads(passed(server.asked[0], 64))
    assert sent == json.loads(server.asked[0]) | {
        "generationConfig": json.loads(server.asked[0])["generationConfig"]
        | {"maxOutputTokens": 64}
    }
    (image, _) = server.read().messages[1].parts
    assert isinstance(image, n.Image)
    assert base64.urlsafe_b64decode(image.data) == b"\x89PNG\xff"
