import { expect, test } from "vitest";
import {
  bodyOf,
  type Conversation,
  runsOf,
  type Turn,
  withAnswer,
  withColumn,
  withoutColumn,
} from "./conversation";
import { toJson, toMarkdown } from "./export";
import { Run } from "./run";
import { readSettings } from "./settings";

const PLAIN = readSettings(null);
const BODY = bodyOf({ id: 1, model: "m" }, [], PLAIN);

async function said(text: string): Promise<Run> {
  const run = new Run(BODY, async function* () {
    yield { kind: "text", text } as const;
  });
  await run.ended;
  return run;
}

function asked(id: number, text: string): Turn {
  return { id, text, pictures: [], answers: new Map() };
}

test("a model is sent what it said itself, and not what the others said", async () => {
  const first = withAnswer(withAnswer(asked(1, "hi"), 1, await said("one")), 2, await said("two"));
  const turns = [first, asked(2, "go on")];
  const settings = { ...PLAIN, system: "Be brief.", temperature: 0, maxTokens: 9 };
  expect(bodyOf({ id: 2, model: "b" }, turns, settings)).toEqual({
    model: "b",
    messages: [
      { role: "system", content: "Be brief." },
      { role: "user", content: "hi" },
      { role: "assistant", content: "two" },
      { role: "user", content: "go on" },
    ],
    temperature: 0,
    max_tokens: 9,
    stream: true,
    stream_options: { include_usage: true },
  });
});

test("another answer is asked for without the one that is there", async () => {
  const turn = withAnswer(asked(1, "hi"), 1, await said("no"));
  expect(bodyOf({ id: 1, model: "a" }, [turn], PLAIN).messages).toEqual([
    { role: "user", content: "hi" },
  ]);
});

test("images go beside the text, as the API takes them", () => {
  const url = "data:image/png;base64,AA==";
  const turn = { ...asked(1, "what is this?"), pictures: [{ name: "a.png", url }] };
  expect(bodyOf({ id: 1, model: "a" }, [turn], PLAIN).messages[0]?.content).toEqual([
    { type: "text", text: "what is this?" },
    { type: "image_url", image_url: { url } },
  ]);
});

test("a model to compare with continues what was said", async () => {
  const run = await said("one");
  const talk = { columns: [{ id: 1, model: "a" }], turns: [withAnswer(asked(1, "hi"), 1, run)] };
  const both = withColumn(talk, "b");
  expect(both.columns).toEqual([...talk.columns, { id: 2, model: "b" }]);
  expect(both.turns[0]?.answers.get(2)).toBe(run);
  expect(runsOf(withoutColumn(both, 1))).toEqual([run]);
});

test("a conversation is exported with all that was said", async () => {
  const turn = withAnswer(asked(1, "hi"), 1, await said("hello"));
  const talk: Conversation = { columns: [{ id: 1, model: "m" }], turns: [turn] };
  expect(toMarkdown(talk, "Be brief.")).toBe(
    "## System\n\nBe brief.\n\n## User\n\nhi\n\n## m\n\nhello\n",
  );
  expect(JSON.parse(toJson(talk, "")).conversations[0]).toMatchObject({
    model: "m",
    messages: [
      { role: "user", content: "hi" },
      { role: "assistant", content: "hello", model: "m" },
    ],
  });
});

test.each(["", "null", "[]", "{", '{"temperature":"hot","effort":"huge","model":[1]}'])(
  "preferences that cannot be read (%s) are the usual ones",
  (stored) => {
    expect(readSettings(stored)).toEqual(PLAIN);
  },
);
