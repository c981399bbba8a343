import type { Schema } from "../../api/client";

/** By what the catalogue calls them. */
export const VENDORS = {
  deepseek: "DeepSeek",
  qwen: "Qwen",
  zhipu: "GLM",
  moonshot: "Kimi",
  bytedance: "Doubao",
  openai: "OpenAI",
  anthropic: "Anthropic",
  google: "Google",
};

interface Offer {
  models: number;
  /** Of a million input tokens of the cheapest chat model. */
  fromNano: number;
}

export function offers(models: Schema<"Model">[]): Map<string, Offer> {
  const found = new Map<string, Offer>();
  for (const { owned_by, operations, served, price } of models) {
    if (!served || !operations.includes("chat")) continue;
    const { models: count, fromNano } = found.get(owned_by) ?? { models: 0, fromNano: Infinity };
    found.set(owned_by, { models: count + 1, fromNano: Math.min(fromNano, price.input_nano) });
  }
  return found;
}
