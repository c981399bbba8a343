/** The exact call that the playground makes, as programs would make it. */

import { anthropicCode, geminiCode } from "./code-vendors";
import { pythonArguments } from "./python";
import type { ChatBody } from "./wire";

export interface Access {
  /** With /v1. */
  apiUrl: string;
  key: string;
}

export interface Sample {
  name: string;
  code: string;
}

const PICTURE = /^(data:[\w/+.-]+;base64,).*/s;

export function samplesOf(whole: ChatBody, access: Access): Sample[] {
  const body = withoutPictures(whole);
  return [
    { name: "curl", code: curl(body, access) },
    { name: "Python", code: python(body, access) },
    { name: "Node.js", code: node(body, access) },
    { name: "Anthropic SDK", code: anthropicCode(body, access) },
    { name: "Gemini SDK", code: geminiCode(body, access) },
  ];
}

/** An image's megabytes are nothing to read. */
function withoutPictures(body: ChatBody): ChatBody {
  return JSON.parse(JSON.stringify(body), (name, value: unknown) =>
    name === "url" && typeof value === "string" ? value.replace(PICTURE, "$1YOUR_IMAGE") : value,
  ) as ChatBody;
}

function curl(body: ChatBody, { apiUrl, key }: Access): string {
  const written = JSON.stringify(body, null, 2).replaceAll("'", "'\\''");
  return `curl -N ${apiUrl}/chat/completions \\
  -H "Authorization: Bearer ${key}" \\
  -H "Content-Type: application/json" \\
  -d '${written}'`;
}

function python(body: ChatBody, { apiUrl, key }: Access): string {
  return `from openai import OpenAI

client = OpenAI(base_url="${apiUrl}", api_key="${key}")
stream = client.chat.completions.create(
${pythonArguments(body)}
)
for chunk in stream:
    if chunk.choices:
        print(chunk.choices[0].delta.content or "", end="", flush=True)`;
}

function node(body: ChatBody, { apiUrl, key }: Access): string {
  return `import OpenAI from "openai";

const client = new OpenAI({ baseURL: "${apiUrl}", apiKey: "${key}" });
const stream = await client.chat.completions.create(${JSON.stringify(body, null, 2)});
for await (const chunk of stream) {
  process.stdout.write(chunk.choices[0]?.delta?.content ?? "");
}`;
}
