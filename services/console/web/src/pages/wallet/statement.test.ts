import { expect, test } from "vitest";
import { addsUp, beyondDebits } from "./statement";

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
  expect(beyondDebits([{ costNano: 9 }, { costNano: 7 }], statement)).toBe(0);
  expect(beyondDebits([{ costNano: 20 }], statement)).toBe(4);
  expect(beyondDebits([], { opening_nano: 0, closing_nano: 0, lines: [] })).toBe(0);
});
