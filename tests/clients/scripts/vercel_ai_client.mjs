// The Vercel AI SDK, as its guides write it; prints what a user would see, as JSON.
import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogleGenerativeAI } from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import { generateText, Output, stepCountIs, streamText, tool } from "ai";
import { z } from "zod";

const [url, apiKey, name, dialect] = process.argv.slice(2);
const openai = createOpenAI({ baseURL: `${url}/v1`, apiKey });
const models = {
  openai: () => openai.chat(name),
  responses: () => openai(name),
  anthropic: () => createAnthropic({ baseURL: `${url}/v1`, apiKey })(name),
  gemini: () => createGoogleGenerativeAI({ baseURL: `${url}/v1beta`, apiKey })(name),
};
const settings = { model: models[dialect](), maxRetries: 0 };
const Place = z.object({ city: z.string() });
const weather = tool({
  description: "The weather in a city",
  inputSchema: Place,
  execute: async ({ city }) => `Rain in ${city}`,
});
const tokens = (usage) => [usage.inputTokens, usage.outputTokens];

const chat = await generateText({ ...settings, prompt: "Tell me about tolls" });

const streamed = streamText({ ...settings, prompt: "Tell me about tolls" });
let text = "";
for await (const piece of streamed.textStream) text += piece;

const told = await generateText({
  ...settings,
  prompt: 'call weather with {"city": "Paris"}',
  tools: { weather },
  stopWhen: stepCountIs(3),
});
const [call] = told.steps[0].toolCalls;

const place = await generateText({
  ...settings,
  prompt: "Name a city",
  output: Output.object({ schema: Place }),
});

console.log(
  JSON.stringify({
    chat: { text: chat.text, tokens: tokens(chat.usage) },
    stream: { text, tokens: tokens(await streamed.usage) },
    tools: {
      call: { name: call.toolName, arguments: call.input },
      text: told.text,
      tokens: tokens(told.totalUsage),
    },
    structured: { value: place.output, tokens: tokens(place.usage) },
  }),
);
