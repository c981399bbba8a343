import { expect, test } from "vitest";
import { samplesOf } from "./code";
import type { ChatBody } from "./wire";

const ACCESS = { apiUrl: "https://api.test/v1", key: "sk-1" };
const BODY: ChatBody = {
  model: "m",
  messages: [
    { role: "system", content: 'Say "it\'s"\n' },
    {
      role: "user",
      content: [
        { type: "text", text: "hi" },
        { type: "image_url", image_url: { url: "data:image/png;base64,QUJD" } },
      ],
    },
    { role: "assistant", content: "hello" },
    { role: "user", content: "bye" },
  ],
  temperature: 0.5,
  stream: true,
  stream_options: { include_usage: true },
};

const samples = new Map(samplesOf(BODY, ACCESS).map(({ name, code }) => [name, code]));

test("curl sends the body, whatever is quoted in it", () => {
  const code = samples.get("curl") ?? "";
  expect(code).toContain("curl -N https://api.test/v1/chat/completions");
  const written = /-d '(.*)'$/s.exec(code)?.[1]?.replaceAll("'\\''", "'") ?? "";
  expect(JSON.parse(written)).toEqual(
    JSON.parse(JSON.stringify(BODY).replace("QUJD", "YOUR_IMAGE")),
  );
});

test("Python writes Python's values", () => {
  const code = samples.get("Python") ?? "";
  expect(code).toContain("    stream=True,\n");
  expect(code).toContain("    temperature=0.5,\n");
  expect(code).toContain('"content": "Say \\"it\'s\\"\\n",');
  expect(code).not.toContain("true");
});

test("the native SDKs are told the host, and their own words", () => {
  const anthropic = samples.get("Anthropic SDK") ?? "";
  expect(anthropic).toContain('base_url="https://api.test"');
  expect(anthropic).toContain('system="Say');
  expect(anthropic).toContain('"media_type": "image/png",');
  expect(anthropic).toContain("max_tokens=4096");
  expect(anthropic).toContain('extra_body={\n        "temperature": 0.5,');
  const gemini = samples.get("Gemini SDK") ?? "";
  expect(gemini).toContain('"role": "model"');
  expect(gemini).toContain('"system_instruction": "Say');
});

test("an image's bytes are in no sample", () => {
  for (const code of samples.values()) expect(code).not.toContain("QUJD");
});
