"""OpenAI's operations beside chat by their paths, and the paths that are known but not built."""

from tollgate_edge.dialects import Operation
from tollgate_edge.dialects.audio import read_speech, read_transcription, read_translation
from tollgate_edge.dialects.embeddings import read_embeddings
from tollgate_edge.dialects.images import read_edit, read_generation
from tollgate_edge.dialects.moderations import read_moderation
from tollgate_edge.dialects.rerank import read_rerank

_RERANK = Operation("rerank", "rerank", read_rerank)

OPERATIONS = {
    "/embeddings": Operation("embeddings", "embeddings", read_embeddings),
    "/images/generations": Operation("images", "images", read_generation),
    "/images/edits": Operation("images", "images", read_edit, form=True),
    "/audio/speech": Operation("speech", "speech", read_speech),
    "/audio/transcriptions": Operation(
        "transcription", "transcription", read_transcription, form=True
    ),
    "/audio/translations": Operation("transcription", "transcription", read_translation, form=True),
    "/moderations": Operation("moderation", "moderation", read_moderation),
    "/rerank": _RERANK,
    # Where clients of other vendors look for it.
    "/v2/rerank": _RERANK,
    "/reranks": _RERANK,
}

# First parts of OpenAI's paths of which nothing, or not everything, is built.
UNBUILT = frozenset(
    {
        "assistants",
        "audio",
        "batches",
        "containers",
        "conversations",
        "evals",
        "files",
        "fine_tuning",
        "images",
        "realtime",
        "threads",
        "uploads",
        "vector_stores",
        "videos",
    }
)
