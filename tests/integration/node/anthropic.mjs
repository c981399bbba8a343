// @anthropic-ai/sdk: messages.
import Anthropic from "@anthropic-ai/sdk";

export function opened(baseURL, apiKey, patient) {
  const client = new Anthropic({ baseURL, apiKey, ...(patient ? {} : { maxRetries: 0 }) });
  return {
    async ask({ model, messages, options }) {
      const { content } = await client.messages.create({ model, messages, ...options });
      return shown(content);
    },
    async *stream({ model, messages, options }, signal) {
      const events = client.messages.stream({ model, messages, ...options }, { signal });
      for await (const { type, delta } of events) {
        if (type === "content_block_delta" && delta.type === "text_delta") yield delta.text;
      }
    },
  };
}

function shown(content) {
  const of = (type) => content.filter((block) => block.type === type);
  return {
    text: of("text").map((block) => block.text).join(""),
    thought: of("thinking").map((block) => block.thinking).join(""),
    calls: of("tool_use").map(({ id, name, input }) => ({ id, name, arguments: input })),
    turn: [{ role: "assistant", content }],
  };
}

export function complaint(error) {
  return { message: error.error?.error?.message ?? error.message };
}
