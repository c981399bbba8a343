// The Vercel AI SDK's embeddings, as its guides write it; prints what a user would see, as JSON.
import { createOpenAI } from "@ai-sdk/openai";
import { embedMany } from "ai";

const [url, apiKey, name] = process.argv.slice(2);
const openai = createOpenAI({ baseURL: `${url}/v1`, apiKey });
const { embeddings, usage } = await embedMany({
  model: openai.embedding(name),
  values: ["Tell me about tolls", "Tell me about roads"],
  maxRetries: 0,
});
const lengths = embeddings.map((vector) => vector.length);
console.log(JSON.stringify({ embeddings: { lengths, tokens: [usage.tokens, 0] } }));
