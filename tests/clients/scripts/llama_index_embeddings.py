"""LlamaIndex's embeddings, as its guides write it; prints what a user would see, as JSON."""

# mypy: ignore-errors
import json
import sys

from llama_index.embeddings.openai_like import OpenAILikeEmbedding

url, key, name, _ = sys.argv[1:]
embeddings = OpenAILikeEmbedding(api_base=f"{url}/v1", api_key=key, model_name=name, max_retries=0)
vectors = embeddings.get_text_embedding_batch(["Tell me about tolls", "Tell me about roads"])
lengths = [len(vector) for vector in vectors]
json.dump({"embeddings": {"lengths": lengths, "tokens": None}}, sys.stdout)
