"""Gemini's embedContent and batchEmbedContents, as clients speak them."""

from tollgate_providers.formats.gemini.embeddings import GeminiEmbeddings

DIALECT = GeminiEmbeddings()
