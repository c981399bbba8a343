// @google/genai: generate content, and embed it.
import { ApiError, GoogleGenAI } from "@google/genai";

// It tries again only when told so; the waits are its own to choose, but for the first.
const PATIENT = { retryOptions: { initialDelay: 0.1 } };

export function opened(baseUrl, apiKey, patient) {
  const httpOptions = { baseUrl, ...(patient ? PATIENT : {}) };
  const { models } = new GoogleGenAI({ apiKey, httpOptions });
  return {
    async ask({ model, messages, options }) {
      const answer = await models.generateContent({ model, contents: messages, config: options });
      return shown(answer.candidates[0].content);
    },
    async *stream({ model, messages, options }, abortSignal) {
      const config = { ...options, abortSignal };
      const chunks = await models.generateContentStream({ model, contents: messages, config });
      for await (const chunk of chunks) {
        if (chunk.text) yield chunk.text;
      }
    },
    async embed({ model, texts }) {
      const { embeddings } = await models.embedContent({ model, contents: texts });
      return embeddings.map(({ values }) => values);
    },
  };
}

function shown(turn) {
  const parts = turn.parts ?? [];
  const said = (part) => part.text ?? "";
  return {
    text: parts.filter((part) => !part.thought).map(said).join(""),
    thought: parts.filter((part) => part.thought).map(said).join(""),
    calls: parts
      .filter((part) => part.functionCall)
      .map(({ functionCall: { id, name, args } }) => ({ id, name, arguments: args })),
    turn: [turn],
  };
}

// Its errors hold the provider's JSON as text.
export function complaint(error) {
  const { message } = error;
  return { message: error instanceof ApiError ? JSON.parse(message).error.message : message };
}
