"""POST /rerank: the shape that clients of several vendors have in common, with plain texts."""

from tollgate_edge.refusals import invalid

from . import Facts
from .bodies import Document, check_choice, check_fields, model_in, text_in

# Leaves out what makes several passages of one document.
_FIELDS = frozenset(
    {
        "documents",
        "instruct",
        "model",
        "query",
        "request_id",
        "return_documents",
        "return_raw_scores",
        "top_n",
        "user_id",
    }
)
_DOCUMENTS_MAX = 1_000
# What a model is told about a query and a document, beside their words.
_PAIR_TOKENS = 64


def read_rerank(document: Document) -> Facts:
    """A model reads the query anew with each document, and so it is billed."""
    check_fields(document, _FIELDS)
    documents = document.get("documents")
    if not isinstance(documents, list) or not 1 <= len(documents) <= _DOCUMENTS_MAX:
        message = f"documents must be an array of 1 to {_DOCUMENTS_MAX} strings."
        raise invalid(message, "documents")
    texts = [text for text in documents if type(text) is str]
    if len(texts) < len(documents):
        raise invalid("documents must hold nothing but strings.", "documents")
    for flag in ("return_documents", "return_raw_scores"):
        check_choice(document, flag, True, False)
    asked = text_in(document, "query")
    if document.get("instruct") is not None:
        asked += text_in(document, "instruct")
    each = len(asked.encode()) + _PAIR_TOKENS
    read = sum(len(text.encode()) for text in texts) + len(texts) * each
    return Facts(
        model=model_in(document), text_units=read, one_prompt=False, input_field="documents"
    )
