// openai: chat completions, and embeddings.
import OpenAI from "openai";

export function client(host, apiKey, patient) {
  return new OpenAI({ baseURL: `${host}/v1`, apiKey, ...(patient ? {} : { maxRetries: 0 }) });
}

export function opened(...settings) {
  const { chat, embeddings } = client(...settings);
  const { completions } = chat;
  return {
    async ask({ model, messages, options }) {
      const { choices } = await completions.create({ model, messages, ...options });
      return shown(choices[0].message);
    },
    async *stream({ model, messages, options }, signal) {
      const request = { model, messages, ...options, stream: true };
      for await (const chunk of await completions.create(request, { signal })) {
        const piece = chunk.choices[0]?.delta.content;
        if (piece) yield piece;
      }
    },
    async embed({ model, texts }) {
      const { data } = await embeddings.create({ model, input: texts });
      return data.map(({ embedding }) => embedding);
    },
  };
}

function shown(turn) {
  // Where a provider hides what it thought, it signs it.
  const signed = (turn.reasoning_details ?? []).map((detail) => detail.signature ?? "");
  const calls = (turn.tool_calls ?? []).map(({ id, function: { name, arguments: text } }) => ({
    id,
    name,
    arguments: JSON.parse(text),
  }));
  const thought = turn.reasoning_content || signed.join("");
  return { text: turn.content ?? "", thought, calls, turn: [turn] };
}

export function complaint(error) {
  return { message: error.message, field: error.param ?? "" };
}
