"""OpenAI's embeddings, as clients speak them."""

from tollgate_providers.formats.openai.embeddings import OpenAIEmbeddings

DIALECT = OpenAIEmbeddings()
