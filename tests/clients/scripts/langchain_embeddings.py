"""LangChain's embeddings, as its guides write it; prints what a user would see, as JSON."""

# mypy: ignore-errors
import json
import sys

from langchain_openai import OpenAIEmbeddings

url, key, name, _ = sys.argv[1:]
# Else it wants to cut texts into tokens, with a table from the internet.
embeddings = OpenAIEmbeddings(
    base_url=f"{url}/v1", api_key=key, model=name, check_embedding_ctx_length=False, max_retries=0
)
vectors = embeddings.embed_documents(["Tell me about tolls", "Tell me about roads"])
lengths = [len(vector) for vector in vectors]
json.dump({"embeddings": {"lengths": lengths, "tokens": None}}, sys.stdout)
