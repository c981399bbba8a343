import { expect, test } from "vitest";
import type { Schema } from "../../api/client";
import { addsUp, beyondDebits, byModel } from "./statement";

function row(group: string, requests: number, cost_nano: number): Schema<"SeriesRow"> {
  return { group, requests, cost_nano } as Schema<"SeriesRow">;
}

test("models are added up over the days, the dearest first", () => {
  expect(byModel([row("a", 1, 5), row("b", 2, 7), row("a", 3, 4)])).toEqual([
    { model: "a", requests: 4, costNano: 9 },
    { model: "b", requests: 2, costNano: 7 },
  ]);
});

test("opening and all lines are closing", () => {
  const lines = [
    { kind: "top-up", entries: 1, amount_nano: 10 },
    { kind: "usage", entries: 2, amount_nano: -16 },
  ];
  expect(addsUp({ opening_nano: 20, closing_nano: 14, lines })).toBe(true);
  expect(addsUp({ opening_nano: 20, closing_nano: 13, lines })).toBe(false);
});

test("what the models cost is what was debited", () => {
  const lines = [{ kind: "usage", entries: 2, amount_nano: -16 }];
  const statement = { opening_nano: 20, closing_nano: 4, lines };
  expect(beyondDebits(byModel([row("a", 1, 16)]), statement)).toBe(0);
  expect(beyondDebits(byModel([row("a", 1, 20)]), statement)).toBe(4);
  expect(beyondDebits([], { opening_nano: 0, closing_nano: 0, lines: [] })).toBe(0);
});
