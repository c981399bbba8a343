import { expect, test } from "vitest";
import type { Row } from "../../usage/totals";
import { byModel } from "./by-model";

const NOTHING = {
  input: 0,
  cached_read: 0,
  cache_write_5m: 0,
  cache_write_1h: 0,
  output: 0,
  reasoning: 0,
  image_input: 0,
  audio_input: 0,
  image_output: 0,
  audio_output: 0,
  calls: 0,
};

function row(group: string, answered: number, ms: number): Row {
  const counts = { requests: answered + 1, failures: 1, cost_nano: answered, answered };
  const times = { first_byte_ms_sum: ms, duration_ms_sum: 2 * ms };
  return { start_ms: 0, group, units: NOTHING, ...counts, ...times };
}

test("times are means over what was answered, in all steps together", () => {
  const [first] = byModel([row("m", 1, 100), row("m", 3, 500)]);
  expect(first).toMatchObject({ model: "m", requests: 6, failures: 2, costNano: 4 });
  expect(first).toMatchObject({ firstByteMs: 150, durationMs: 300 });
});

test("what never answered took no time", () => {
  expect(byModel([row("m", 0, 0)])[0]).toMatchObject({ firstByteMs: null, durationMs: null });
});
