/** The same call in the native formats of other vendors; the API answers them for every model. */

import { hostOf } from "../../lib/api-address";
import type { Access } from "./code";
import { pythonArguments, pythonLiteral } from "./python";
import type { ChatBody, Message, Part } from "./wire";

// Anthropic's format insists on a limit.
const ANTHROPIC_TOKENS = 4096;
const ANTHROPIC_EFFORTS = ["low", "medium", "high", "xhigh", "max"];
const DATA_URL = /^data:([^;]+);base64,(.*)$/s;

export function anthropicCode(body: ChatBody, access: Access): string {
  const system = systemOf(body);
  // Its SDK names no sampling: the latest models have none.
  const sampling = pick(body, "temperature", "top_p");
  const effort = ANTHROPIC_EFFORTS.find((name) => name === body.reasoning_effort);
  const call = {
    model: body.model,
    max_tokens: body.max_tokens ?? ANTHROPIC_TOKENS,
    ...(system && { system }),
    messages: spoken(body).map(({ role, content }) => ({
      role,
      content: typeof content === "string" ? content : content.map(anthropicPart),
    })),
    ...(Object.keys(sampling).length > 0 && { extra_body: sampling }),
    ...(effort && { output_config: { effort } }),
  };
  return `from anthropic import Anthropic

client = Anthropic(base_url="${hostOf(access.apiUrl)}", api_key="${access.key}")
with client.messages.stream(
${pythonArguments(call)}
) as stream:
    for text in stream.text_stream:
        print(text, end="", flush=True)`;
}

export function geminiCode(body: ChatBody, access: Access): string {
  const system = systemOf(body);
  const config = {
    ...(system && { system_instruction: system }),
    ...pick(body, "temperature", "top_p", "seed"),
    ...(body.max_tokens && { max_output_tokens: body.max_tokens }),
  };
  const contents = spoken(body).map(({ role, content }) => ({
    role: role === "assistant" ? "model" : role,
    parts: typeof content === "string" ? [{ text: content }] : content.map(geminiPart),
  }));
  const call = {
    model: body.model,
    contents,
    ...(Object.keys(config).length > 0 && { config }),
  };
  return `from google import genai

client = genai.Client(
    api_key="${access.key}",
    http_options=${pythonLiteral({ base_url: hostOf(access.apiUrl) }, "    ")},
)
stream = client.models.generate_content_stream(
${pythonArguments(call)}
)
for chunk in stream:
    print(chunk.text or "", end="", flush=True)`;
}

function systemOf({ messages }: ChatBody): string {
  const [first] = messages;
  return first?.role === "system" ? String(first.content) : "";
}

function spoken({ messages }: ChatBody): Message[] {
  return messages.filter(({ role }) => role !== "system");
}

function pick(body: ChatBody, ...names: (keyof ChatBody)[]): Record<string, unknown> {
  return Object.fromEntries(names.filter((name) => name in body).map((name) => [name, body[name]]));
}

function anthropicPart(part: Part): object {
  if (part.type === "text") return part;
  const [, media_type, data] = DATA_URL.exec(part.image_url.url) ?? [];
  return { type: "image", source: { type: "base64", media_type, data } };
}

function geminiPart(part: Part): object {
  if (part.type === "text") return { text: part.text };
  const [, mime_type, data] = DATA_URL.exec(part.image_url.url) ?? [];
  return { inline_data: { mime_type, data } };
}
