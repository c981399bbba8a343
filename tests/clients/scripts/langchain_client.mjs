// LangChain for JavaScript, as its guides write it; prints what a user would see, as JSON.
import { ChatAnthropic } from "@langchain/anthropic";
import { HumanMessage, ToolMessage } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { ChatGoogleGenerativeAI } from "@langchain/google-genai";
import { ChatOpenAI } from "@langchain/openai";
import { z } from "zod";

const [url, apiKey, model, dialect] = process.argv.slice(2);
const settings = { model, apiKey, maxRetries: 0 };
const openai = { ...settings, configuration: { baseURL: `${url}/v1` } };
const models = {
  openai: () => new ChatOpenAI(openai),
  responses: () => new ChatOpenAI({ ...openai, useResponsesApi: true }),
  anthropic: () => new ChatAnthropic({ ...settings, anthropicApiUrl: url }),
  gemini: () => new ChatGoogleGenerativeAI({ ...settings, baseUrl: url }),
};
const llm = models[dialect]();
const Place = z.object({ city: z.string() });
const weather = tool(async ({ city }) => `Rain in ${city}`, {
  name: "weather",
  description: "The weather in a city",
  schema: Place,
});
const tokens = (...messages) => {
  const used = messages.map((message) => message.usage_metadata);
  const sum = (key) => used.reduce((total, usage) => total + usage[key], 0);
  return [sum("input_tokens"), sum("output_tokens")];
};

const question = new HumanMessage("Tell me about tolls");
const chat = await llm.invoke([question]);

let stream;
for await (const chunk of await llm.stream([question])) {
  stream = stream ? stream.concat(chunk) : chunk;
}

const ask = new HumanMessage('call weather with {"city": "Paris"}');
const handy = llm.bindTools([weather]);
const asked = await handy.invoke([ask]);
const [call] = asked.tool_calls;
const result = new ToolMessage({
  content: await weather.invoke(call.args),
  tool_call_id: call.id,
  name: call.name,
});
const told = await handy.invoke([ask, asked, result]);

const strict = llm.withStructuredOutput(Place, { method: "jsonSchema", includeRaw: true });
const place = await strict.invoke("Name a city");

console.log(
  JSON.stringify({
    chat: { text: chat.text, tokens: tokens(chat) },
    // Of Anthropic's counts, which are running totals, this client adds the first to the last.
    stream: { text: stream.text, tokens: dialect === "anthropic" ? null : tokens(stream) },
    tools: {
      call: { name: call.name, arguments: call.args },
      text: told.text,
      tokens: tokens(asked, told),
    },
    structured: { value: place.parsed, tokens: tokens(place.raw) },
  }),
);
