"""GLM, by Zhipu."""

from collections.abc import Mapping
from types import MappingProxyType

from tollgate_providers.adapter import Wire
from tollgate_providers.formats.openai.capabilities import Capabilities
from tollgate_providers.formats.openai.compatible import OpenAICompatible
from tollgate_providers.formats.openai.embeddings import EmbeddingsWire
from tollgate_providers.formats.openai.images import ImagesWire
from tollgate_providers.formats.openai.operations import RerankWire


class Glm(OpenAICompatible):
    """Sends usage with the chunk that finishes the answer, not in one of its own."""

    name = "glm"
    base_url = "https://open.bigmodel.cn/api/paas/v4"
    api_key_variable = "ZHIPUAI_API_KEY"
    base_url_variable = "ZHIPUAI_BASE_URL"
    capabilities = Capabilities(
        missing=frozenset(
            {
                "n",
                "seed",
                "metadata",
                "parallel_tool_calls",
                "logprobs",
                "top_logprobs",
                "presence_penalty",
                "frequency_penalty",
            }
        ),
        json_schema=False,
        choices=frozenset({"auto"}),
    )
    wires: Mapping[tuple[str, str], Wire] = MappingProxyType(
        {
            ("openai", "embeddings"): EmbeddingsWire(),
            ("openai", "images"): ImagesWire(
                by_piece=True, lacks={"n": 1, "response_format": "url"}
            ),
            ("openai", "rerank"): RerankWire("/rerank"),
        }
    )
    # No credit, or no plan: both come with status 429 although no waiting helps.
    account_errors = frozenset({"1112", "1113"})


ADAPTER = Glm()
