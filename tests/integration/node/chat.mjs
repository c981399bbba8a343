// One unary and one streamed call through the official SDK; prints what a user would see, as JSON.
import OpenAI from "openai";

const client = new OpenAI({ baseURL: process.argv[2], apiKey: process.argv[3], maxRetries: 0 });
const request = { model: process.argv[4], messages: [{ role: "user", content: process.argv[5] }] };

const unary = await client.chat.completions.create(request);

const stream = await client.chat.completions.create({
  ...request,
  stream: true,
  stream_options: { include_usage: true },
});
let text = "";
let usage = null;
for await (const chunk of stream) {
  text += chunk.choices[0]?.delta?.content ?? "";
  usage = chunk.usage ?? usage;
}

console.log(
  JSON.stringify({
    unary: { text: unary.choices[0].message.content, usage: unary.usage },
    stream: { text, usage },
  }),
);
