import { expect, test, vi } from "vitest";
import { Run } from "./run";
import { type ChatBody, ChatError, type Piece } from "./wire";

const BODY: ChatBody = {
  model: "m",
  messages: [],
  stream: true,
  stream_options: { include_usage: true },
};

async function* telling(...pieces: Piece[]): AsyncGenerator<Piece> {
  yield { kind: "begun", requestId: "req" };
  yield* pieces;
}

test("an answer grows, and ends with what it took", async () => {
  const usage = { input: 1, cached: 0, output: 2, reasoning: 1, costNano: 3 };
  const run = new Run(BODY, () =>
    telling(
      { kind: "thinking", text: "hm" },
      { kind: "text", text: "a" },
      { kind: "text", text: "b" },
      { kind: "usage", usage },
    ),
  );
  await run.ended;
  expect(run.snapshot()).toMatchObject({
    state: "done",
    thinking: "hm",
    text: "ab",
    requestId: "req",
    usage,
    firstTokenMs: expect.any(Number),
    durationMs: expect.any(Number),
  });
});

test("listeners hear once of all that came within a frame, and of the end at once", async () => {
  const frames = vi.spyOn(globalThis, "requestAnimationFrame").mockReturnValue(1);
  const texts = Array.from({ length: 100 }, (): Piece => ({ kind: "text", text: "x" }));
  const run = new Run(BODY, () => telling(...texts));
  const heard = vi.fn();
  run.subscribe(heard);
  await run.ended;
  expect(frames).toHaveBeenCalledTimes(1);
  expect(heard).toHaveBeenCalledTimes(1);
  frames.mockRestore();
});

test("a stopped answer keeps what has come", async () => {
  const run = new Run(BODY, async function* (_, signal) {
    yield* telling({ kind: "text", text: "half" });
    await new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
      queueMicrotask(() => run.stop());
    });
  });
  await run.ended;
  expect(run.snapshot()).toMatchObject({ state: "stopped", text: "half", error: null });
});

test("a failed answer says why, and of which request", async () => {
  const error = new ChatError("no", "upstream_error", 502, "");
  const run = new Run(BODY, async function* () {
    yield* telling({ kind: "text", text: "half" });
    throw error;
  });
  await run.ended;
  expect(run.snapshot()).toMatchObject({
    state: "failed",
    text: "half",
    error,
    requestId: "req",
  });
});
