import { describe, expect, test } from "vitest";
import { type Model, priceLines, select } from "./catalogue";

const NO_PRICE = {
  version: "v",
  input_nano: 0,
  cached_read_nano: 0,
  cache_write_5m_nano: 0,
  cache_write_1h_nano: 0,
  output_nano: 0,
  reasoning_nano: 0,
  image_input_nano: 0,
  audio_input_nano: 0,
  image_output_nano: 0,
  audio_output_nano: 0,
  calls_nano: 0,
};

function model(name: string, price: Partial<Model["price"]>, more: Partial<Model> = {}): Model {
  return {
    name,
    aliases: [],
    owned_by: "openai",
    context_tokens: 1000,
    max_output_tokens: 100,
    image_tokens: 0,
    audio_second_tokens: 0,
    operations: ["chat"],
    created_at_s: 0,
    served: true,
    price: { ...NO_PRICE, ...price },
    ...more,
  };
}

function lines(one: Model): string[] {
  return priceLines(one).map(({ bucket, usd, unit }) => `${bucket} ${usd} / ${unit}`);
}

describe("prices", () => {
  test("of chat are by the million tokens", () => {
    const chat = model("a", { input_nano: 300_000_000, cached_read_nano: 6_000_000 });
    expect(lines(chat)).toEqual(["input_nano $0.30 / tokens", "cached_read_nano $0.006 / tokens"]);
  });

  test("of images may be by the piece, and then nothing else costs", () => {
    const price = { input_nano: 1, output_nano: 1, calls_nano: 37_108_510_000_000 };
    expect(lines(model("a", price, { operations: ["images"] }))).toEqual([
      "calls_nano $0.03710851 / image",
    ]);
  });

  test("of sound may be by the minute", () => {
    const price = { input_nano: 1, output_nano: 1, audio_input_nano: 100_000_000_000 };
    const whisper = model("a", price, { operations: ["transcription"], audio_second_tokens: 1 });
    expect(lines(whisper)).toEqual(["audio_input_nano $0.006 / minute"]);
  });

  test("of speech are by the million characters, of embeddings for what goes in", () => {
    const price = { input_nano: 15_000_000_000, output_nano: 15_000_000_000 };
    expect(lines(model("a", price, { operations: ["speech"] }))).toEqual([
      "input_nano $15.00 / characters",
    ]);
    expect(lines(model("a", price, { operations: ["embeddings"] }))).toEqual([
      "input_nano $15.00 / tokens",
    ]);
  });

  test("may be none", () => {
    expect(lines(model("a", {}, { operations: ["moderation"] }))).toEqual([]);
  });
});

describe("the list", () => {
  const dear = model("dear", { input_nano: 9 }, { aliases: ["old-name"], image_tokens: 10 });
  const cheap = model("cheap", { input_nano: 2 }, { owned_by: "qwen", context_tokens: 5000 });
  const pieces = model("pieces", { calls_nano: 5 }, { operations: ["images"] });
  const all = [dear, cheap, pieces];

  test.each([
    [{}, ["cheap", "dear", "pieces"]],
    [{ q: "OLD" }, ["dear"]],
    [{ q: "qwen che" }, ["cheap"]],
    [{ vendor: "openai" }, ["dear", "pieces"]],
    [{ operation: "images" }, ["pieces"]],
    [{ takes: "images" as const }, ["dear"]],
    [{ order: "input" as const }, ["cheap", "dear", "pieces"]],
    [{ order: "context" as const }, ["cheap", "dear", "pieces"]],
    [{ q: "zebra" }, []],
  ])("%j", (search, names) => {
    expect(select(all, search).map(({ name }) => name)).toEqual(names);
  });
});
