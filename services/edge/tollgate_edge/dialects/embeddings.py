"""POST /embeddings as OpenAI has it."""

from tollgate_edge.json import Json
from tollgate_edge.refusals import invalid

from . import Facts
from .bodies import Document, check_choice, check_fields, model_in

_FIELDS = frozenset({"dimensions", "encoding_format", "input", "model", "user"})
_INPUTS_MAX = 2_048


def read_embeddings(document: Document) -> Facts:
    """The inputs are independent, so no model's context bounds them together."""
    check_fields(document, _FIELDS)
    check_choice(document, "encoding_format", "float", "base64")
    dimensions = document.get("dimensions")
    if dimensions is not None and (type(dimensions) is not int or dimensions < 1):
        raise invalid("dimensions must be an integer of at least 1.", "dimensions")
    _check_input(document.get("input"))
    return Facts(model=model_in(document), one_prompt=False, input_field="input")


def _check_input(given: Json) -> None:
    """A text, tokens, or a list of either. A token is at least a byte of the body."""
    if type(given) is str and given:
        return
    if not isinstance(given, list) or not given:
        raise invalid("input must be a string or an array, and not empty.", "input")
    if all(type(each) is int for each in given):
        return
    if len(given) > _INPUTS_MAX:
        raise invalid(f"input must have at most {_INPUTS_MAX} elements.", "input")
    texts = all(type(each) is str and each for each in given)
    if not texts and not all(_are_tokens(each) for each in given):
        raise invalid("input must hold strings, or arrays of tokens, none of them empty.", "input")


def _are_tokens(value: Json) -> bool:
    return isinstance(value, list) and bool(value) and all(type(each) is int for each in value)
