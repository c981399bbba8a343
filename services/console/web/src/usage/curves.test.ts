import { describe, expect, test } from "vitest";
import { type Curve, requestCurves, spendCurves, timeCurves, tokenCurves, totalOf } from "./curves";
import { type Row, sum, totalsOf } from "./totals";

const STARTS = [0, 10, 20];
const WORDS = { nameOf: (group: string) => group, filterOf: () => ({}), others: "others" };

function row(start_ms: number, group: string, cost_nano: number, more: Partial<Row> = {}): Row {
  const units = {
    input: 5,
    cached_read: 3,
    cache_write_5m: 1,
    cache_write_1h: 0,
    output: 2,
    reasoning: 4,
    image_input: 0,
    audio_input: 0,
    image_output: 0,
    audio_output: 0,
    calls: 0,
  };
  const times = { answered: 1, first_byte_ms_sum: 100, duration_ms_sum: 400 };
  return { start_ms, group, requests: 2, failures: 1, cost_nano, units, ...times, ...more };
}

function drawn(curves: Curve[]) {
  return Object.fromEntries(curves.map(({ label, values }) => [label, values]));
}

describe("spend", () => {
  test("steps without requests are zero", () => {
    const rows = [row(0, "small", 1), row(20, "big", 7), row(20, "small", 2)];
    expect(drawn(spendCurves(rows, STARTS, WORDS))).toEqual({ big: [0, 0, 7], small: [1, 0, 2] });
  });

  test("however many groups there are, the curves add up to the rows", () => {
    const rows = Array.from({ length: 40 }, (_, place) =>
      row(STARTS[place % 3] ?? 0, `m${place % 20}`, 3 ** (place % 20)),
    );
    const curves = spendCurves(rows, STARTS, WORDS);
    expect(curves.length).toBe(8);
    expect(curves.at(-1)?.label).toBe("others");
    expect(totalOf(curves)).toBe(sum(rows, (one) => one.cost_nano));
    expect(sum(totalsOf(rows), (total) => total.costNano)).toBe(totalOf(curves));
  });
});

test("every token is in one curve", () => {
  const curves = tokenCurves([row(10, "a", 1), row(10, "b", 1)], STARTS, {
    input: "input",
    cached: "cached",
    output: "output",
  });
  expect(drawn(curves)).toEqual({ input: [0, 12, 0], cached: [0, 6, 0], output: [0, 12, 0] });
});

test("requests were answered, or failed", () => {
  const curves = requestCurves([row(0, "a", 1)], STARTS, { answered: "good", failed: "bad" });
  expect(drawn(curves)).toEqual({ good: [1, 0, 0], bad: [1, 0, 0] });
});

test("a mean is over answered requests, and is nothing without any", () => {
  const rows = [row(0, "a", 1), row(0, "b", 1, { answered: 3, first_byte_ms_sum: 700 })];
  const curves = timeCurves([...rows, row(10, "a", 0, { answered: 0 })], STARTS, {
    firstByte: "first",
    duration: "all",
  });
  expect(drawn(curves)).toEqual({ first: [200, null, null], all: [200, null, null] });
});
