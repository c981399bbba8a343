import { hostOf, NO_KEY } from "../../lib/api-address";

interface Sample {
  sdk: string;
  code: string;
  /** The line that makes it ours. */
  change: string;
}

/** Each SDK calls a model of somebody else. OpenAI's takes the address with /v1, the others add their own. */
export function samples(apiUrl: string): Sample[] {
  const host = hostOf(apiUrl);
  return [
    openai(`base_url="${apiUrl}"`),
    anthropic(`base_url="${host}"`),
    gemini(`http_options={"base_url": "${host}"}`),
  ];
}

function openai(change: string): Sample {
  const code = `from openai import OpenAI

client = OpenAI(
    ${change},
    api_key="${NO_KEY}",
)
answer = client.chat.completions.create(
    model="deepseek-v4-flash",
    messages=[{"role": "user", "content": "Say hello"}],
)
print(answer.choices[0].message.content)`;
  return { sdk: "OpenAI", code, change };
}

function anthropic(change: string): Sample {
  const code = `from anthropic import Anthropic

client = Anthropic(
    ${change},
    api_key="${NO_KEY}",
)
answer = client.messages.create(
    model="gpt-4o-mini", max_tokens=200,
    messages=[{"role": "user", "content": "Say hello"}],
)
print(answer.content[0].text)`;
  return { sdk: "Anthropic", code, change };
}

function gemini(change: string): Sample {
  const code = `from google import genai

client = genai.Client(
    ${change},
    api_key="${NO_KEY}",
)
answer = client.models.generate_content(
    model="qwen-plus",
    contents="Say hello",
)
print(answer.text)`;
  return { sdk: "Gemini", code, change };
}
