"""The rules between messages: who follows whom, and tool results that answer tool uses."""

from collections.abc import Iterator
from itertools import groupby

from tollgate_sandbox.models import UNKNOWN, Generation
from tollgate_sandbox.refusals import Refusal

from .blocks import Block, Message, blocks_of
from .checks import refuse

# The first models that take instructions in the middle, and that refuse to continue their own text.
_SYSTEM_TURNS: Generation = (4, 8)
_NO_PREFILL: Generation = (4, 6)
_THOUGHTS = ("thinking", "redacted_thinking")


def check_order(messages: list[Message], generation: Generation, *, thinks: bool) -> None:
    _check_texts(messages)
    _check_system_turns(messages, generation)
    _check_results(messages)
    if messages[-1]["role"] == "assistant" and (thinks or generation >= _NO_PREFILL):
        raise refuse(
            "",
            "This model does not support assistant message prefill. The conversation must end "
            "with a user message.",
        )
    if thinks:
        _check_thoughts(messages)


def _check_texts(messages: list[Message]) -> None:
    last = messages[-1]
    for index, message in enumerate(messages):
        if message is last and message["role"] == "assistant":
            continue
        if not message["content"] and not message.get("output_config"):
            raise refuse(
                f"messages.{index}",
                "all messages must have non-empty content except for the optional final assistant "
                "message",
            )
        for block in blocks_of(message):
            if block["type"] == "text" and not block["text"]:
                raise refuse("messages", "text content blocks must be non-empty")
            if block["type"] == "text" and not block["text"].strip():
                raise refuse("messages", "text content blocks must contain non-whitespace text")
    ending = blocks_of(last)[-1:]
    if last["role"] == "assistant" and ending and ending[0]["type"] == "text":
        text = ending[0]["text"]
        if text != text.rstrip():
            raise refuse("messages", "final assistant content cannot end with trailing whitespace")


def _check_system_turns(messages: list[Message], generation: Generation) -> None:
    roles = [message["role"] for message in messages]
    for index, role in enumerate(roles):
        if role != "system":
            continue
        if UNKNOWN < generation < _SYSTEM_TURNS:
            raise refuse(
                "messages",
                'Unexpected role "system". The Messages API accepts a top-level `system` '
                'parameter, not "system" as an input message role.',
            )
        if index == 0 or roles[index - 1] != "user" or roles[index + 1 : index + 2] == ["user"]:
            raise refuse(
                f"messages.{index}",
                "a `system` message must follow a `user` message, and be the last one or be "
                "followed by an `assistant` message",
            )


def _merged(messages: list[Message]) -> Iterator[tuple[int, str, list[Block]]]:
    """Turns: messages of one role in a row are one. Each with the index of its last message."""
    for role, group in groupby(enumerate(messages), key=lambda pair: pair[1]["role"]):
        turn = list(group)
        yield turn[-1][0], role, [b for _, message in turn for b in blocks_of(message)]


def _check_results(messages: list[Message]) -> None:
    waiting: list[str] = []
    seen: set[str] = set()
    asked_at = 0
    for index, role, blocks in _merged(messages):
        if role == "user":
            _check_answers(blocks, waiting, index, asked_at)
            waiting = []
        elif waiting:
            raise _unanswered(asked_at, waiting)
        if role == "assistant":
            waiting = [block["id"] for block in blocks if block["type"] == "tool_use"]
            asked_at = index
            if seen.intersection(waiting) or len(set(waiting)) < len(waiting):
                raise refuse(f"messages.{index}", "`tool_use` ids must be unique")
            seen.update(waiting)
    if waiting:
        raise _unanswered(asked_at, waiting)


def _check_answers(blocks: list[Block], waiting: list[str], index: int, asked_at: int) -> None:
    missing = list(waiting)
    leading = True
    for number, block in enumerate(blocks):
        if block["type"] != "tool_result":
            leading = False
            continue
        given = block["tool_use_id"]
        if given not in waiting:
            raise refuse(
                f"messages.{index}.content.{number}",
                f"unexpected `tool_use_id` found in `tool_result` blocks: {given}. Each "
                "`tool_result` block must have a corresponding `tool_use` block in the previous "
                "message.",
            )
        if leading and given not in missing:
            raise refuse(
                f"messages.{index}.content.{number}",
                "each tool_use must have a single result. Found multiple `tool_result` blocks "
                f"with id: {given}",
            )
        if leading:
            missing.remove(given)
    if missing:
        raise _unanswered(asked_at, missing)


def _unanswered(index: int, ids: list[str]) -> Refusal:
    return refuse(
        f"messages.{index}",
        f"`tool_use` ids were found without `tool_result` blocks immediately after: "
        f"{', '.join(ids)}. Each `tool_use` block must have a corresponding `tool_result` block "
        "in the next message.",
    )


def _check_thoughts(messages: list[Message]) -> None:
    """The answer that made the last calls has to be complete, thoughts first."""
    turns = list(_merged(messages))
    if len(turns) < 2 or [block["type"] for block in turns[-1][2][:1]] != ["tool_result"]:
        return
    index, _, blocks = turns[-2]
    if blocks[0]["type"] not in _THOUGHTS:
        raise refuse(
            f"messages.{index}.content.0.type",
            f"Expected `thinking` or `redacted_thinking`, but found `{blocks[0]['type']}`. When "
            # The spelling "preceeding" is Anthropic's: clients match on it.
            "`thinking` is enabled, a final `assistant` message must start with a thinking block "
            "(preceeding the lastmost set of `tool_use` and `tool_result` blocks). We recommend "
            "you include thinking blocks from previous turns. To avoid this requirement, disable "
            "`thinking`. Please consult our documentation at "
            "https://docs.claude.com/en/docs/build-with-claude/extended-thinking",
        )
