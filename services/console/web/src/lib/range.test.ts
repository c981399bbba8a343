import { expect, test } from "vitest";
import { isCustom, momentsOf, readRange } from "./range";

const NOW = Date.UTC(2026, 10, 24);
const DAY = 86_400_000;

test("a range ends now, and stays open", () => {
  expect(momentsOf({}, "7d", NOW)).toEqual({ from_ms: NOW - 7 * DAY, to_ms: 0 });
  expect(momentsOf({ range: "24h" }, "7d", NOW)).toEqual({ from_ms: NOW - DAY, to_ms: 0 });
  expect(momentsOf({ range: "all" }, "7d", NOW)).toEqual({ from_ms: 0, to_ms: 0 });
});

test("moments win over a name", () => {
  const range = readRange({ range: "24h", to_ms: 5 });
  expect(isCustom(range)).toBe(true);
  expect(momentsOf(range, "7d", NOW)).toEqual({ from_ms: 0, to_ms: 5 });
});

test("what is not understood is dropped", () => {
  expect(isCustom(readRange({ range: "1y", from_ms: "soon", to_ms: 1.5 }))).toBe(false);
});
