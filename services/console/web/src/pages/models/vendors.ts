/** Makers' names as they write them. */
const NAMES: Record<string, string> = {
  anthropic: "Anthropic",
  bytedance: "ByteDance",
  deepseek: "DeepSeek",
  google: "Google",
  moonshot: "Moonshot AI",
  openai: "OpenAI",
  qwen: "Qwen",
  zhipu: "Zhipu AI",
};

export function vendorName(owner: string): string {
  return NAMES[owner] ?? owner;
}
