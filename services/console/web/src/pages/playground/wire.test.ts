import { expect, test } from "vitest";
import { ChatError, readChunk } from "./wire";

function pieces(chunk: unknown) {
  return [...readChunk(JSON.stringify(chunk), "req")];
}

test("a chunk's text and thoughts are told in their order", () => {
  const choices = [
    { delta: { reasoning_content: "hm", content: null } },
    { delta: { content: "yes" }, finish_reason: "length" },
  ];
  expect(pieces({ choices, usage: null })).toEqual([
    { kind: "thinking", text: "hm" },
    { kind: "text", text: "yes" },
    { kind: "finish", reason: "length" },
  ]);
  expect(pieces({ choices: [{ delta: { content: "" }, finish_reason: null }] })).toEqual([]);
});

test.each([
  ["0.000004800", 4_800],
  ["0.000000001", 1],
  ["123456.789012345", 123_456_789_012_345],
  ["0.1", 100_000_000],
])("a cost of %s is exact", (cost, nano) => {
  const [piece] = readChunk(`{"choices":[],"usage":{"cost":${cost},"prompt_tokens":18}}`, "req");
  expect(piece).toEqual({
    kind: "usage",
    usage: { input: 18, cached: 0, output: 0, reasoning: 0, costNano: nano },
  });
});

test("an error inside of the stream is thrown with the request's id", () => {
  const error = { message: "It ended.", type: "upstream_error", code: "upstream_error" };
  expect(() => pieces({ error })).toThrow(
    new ChatError("It ended.", "upstream_error", 0, "req", 0),
  );
});

test("what is no JSON is a cut answer", () => {
  expect(() => [...readChunk("<html>", "req")]).toThrow(new ChatError("", "cut", 0, "req"));
});
