"""The rules between items: calls and their outputs, thoughts and what came of them."""

from collections.abc import Sequence

from tollgate_sandbox.openai.checks import COMPLAINTS
from tollgate_sandbox.refusals import Refusal, invalid
from tollgate_sandbox.signatures import decoded, is_seal, seal

from .ids import is_stored, same_answer
from .items import CALLS, OUTPUTS, Item, kind_of
from .refusals import not_found


def check_order(items: Sequence[Item], *, stores: bool) -> None:
    for item in items:
        if kind_of(item) == "item_reference":
            raise _no_such_item(item["id"], stores=stores)
    _check_calls(items)
    for index, item in enumerate(items):
        if kind_of(item) == "reasoning":
            _check_thought(item, index, stores=stores)
            if not _is_followed(item, items[index + 1 : index + 2]):
                raise invalid(
                    f"Item '{item.get('id', '')}' of type 'reasoning' was provided without its "
                    "required following item.",
                    param="input",
                )


def _check_calls(items: Sequence[Item]) -> None:
    waiting: dict[tuple[str, str], bool] = {}
    for item in items:
        kind = kind_of(item)
        if kind in CALLS:
            waiting[kind, item["call_id"]] = True
        elif kind in OUTPUTS:
            call = (OUTPUTS[kind], item["call_id"])
            if call not in waiting:
                raise invalid(
                    f"No tool call found for {CALLS[call[0]]} output with call_id {call[1]}.",
                    param="input",
                )
            waiting[call] = False
    for (kind, call_id), waits in waiting.items():
        if waits:
            raise invalid(f"No tool output found for {CALLS[kind]} {call_id}.", param="input")


def _check_thought(item: Item, index: int, *, stores: bool) -> None:
    """What the vendor has kept is known by its id; all else has to come back as it was sealed."""
    thought, content = item.get("id"), item.get("encrypted_content")
    if content is None:
        if thought is None:
            raise COMPLAINTS.missing(f"input[{index}].id")
        if not is_stored(thought):
            raise _no_such_item(thought, stores=stores)
        return
    given = decoded(content)
    if given is None or not is_seal(given):
        raise _unverified(item, "Encrypted content could not be decrypted or parsed.")
    if thought is not None and given != seal(thought):
        raise _unverified(item, "Encrypted content item_id did not match the target item id.")


def _unverified(item: Item, reason: str) -> Refusal:
    content = item["encrypted_content"]
    named = f"for item {item['id']}" if item.get("id") else f"{content[:4]}...{content[-4:]}"
    return invalid(
        f"The encrypted content {named} could not be verified. Reason: {reason}",
        code="invalid_encrypted_content",
    )


def _is_followed(thought: Item, rest: Sequence[Item]) -> bool:
    """By an item of the same answer: its id tells, or the client has sent both without theirs."""
    if not rest or not _is_from_model(rest[0]):
        return False
    own, other = thought.get("id"), rest[0].get("id")
    if own is None:
        return True
    if other is None:
        return thought.get("encrypted_content") is not None
    return same_answer(own, other)


def _is_from_model(item: Item) -> bool:
    if kind_of(item) == "message":
        return bool(item["role"] == "assistant")
    return kind_of(item) in (*CALLS, "web_search_call")


def _no_such_item(item: str, *, stores: bool) -> Refusal:
    aside = (
        ""
        if stores
        else " Items are not persisted when `store` is set to false. Try again with `store` set to "
        "true, or remove this item from your input."
    )
    return not_found("Item", item, param="input", aside=aside)
