"""LiteLLM's embeddings, as its guides write it; prints what a user would see, as JSON."""

# mypy: ignore-errors
import json
import sys

import litellm

url, key, name, _ = sys.argv[1:]
answer = litellm.embedding(
    model=f"openai/{name}",
    input=["Tell me about tolls", "Tell me about roads"],
    api_base=f"{url}/v1",
    api_key=key,
    max_retries=0,
)
lengths = [len(each["embedding"]) for each in answer.data]
tokens = [answer.usage.prompt_tokens, 0]
json.dump({"embeddings": {"lengths": lengths, "tokens": tokens}}, sys.stdout)
