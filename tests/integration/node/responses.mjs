// openai: responses.
import { client, complaint } from "./openai.mjs";

export { complaint };

export function opened(...settings) {
  const { responses } = client(...settings);
  return {
    async ask({ model, messages, options }) {
      return shown(await responses.create({ model, input: messages, ...options }));
    },
    async *stream({ model, messages, options }, signal) {
      const events = responses.stream({ model, input: messages, ...options }, { signal });
      for await (const { type, delta } of events) {
        if (type === "response.output_text.delta") yield delta;
      }
    },
  };
}

function shown({ output, output_text: text }) {
  const of = (type) => output.filter((item) => item.type === type);
  const thoughts = of("reasoning");
  const summary = thoughts.flatMap((item) => item.summary.map((part) => part.text)).join("");
  // Where a provider hides what it thought, it seals it.
  const sealed = thoughts.map((item) => item.encrypted_content ?? "").join("");
  const calls = of("function_call").map(({ call_id: id, name, arguments: written }) => ({
    id,
    name,
    arguments: JSON.parse(written),
  }));
  return { text, thought: summary || sealed, calls, turn: output };
}
