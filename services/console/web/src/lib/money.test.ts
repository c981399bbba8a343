import { describe, expect, test } from "vitest";
import { formatUsd, parseUsd } from "./money";

describe("formatUsd", () => {
  test.each([
    [0, "$0.00"],
    [1, "$0.000000001"],
    [1_234_000, "$0.001234"],
    [500_000_000, "$0.50"],
    [-500_000_000, "-$0.50"],
    [1_234_567_890_000_000, "$1,234,567.89"],
    [9_007_199_254_740_991n, "$9,007,199.254740991"],
  ])("%d is %s", (nano, text) => {
    expect(formatUsd(nano)).toBe(text);
  });
});

test("figures of a column can have as many decimals as each other", () => {
  expect(formatUsd(20_000_000, { decimalsMin: 6 })).toBe("$0.020000");
});

test("finer amounts than nano-dollars are exact, too", () => {
  expect(formatUsd(1_234_567n, { scale: 15 })).toBe("$0.000000001234567");
});

describe("parseUsd", () => {
  test.each([
    ["12.5", 12_500_000_000],
    ["$1,000", 1_000_000_000_000],
    [" 0.000000001 ", 1],
    ["-3.", -3_000_000_000],
  ])("%s is %d", (text, nano) => {
    expect(parseUsd(text)).toBe(nano);
  });

  test.each(["", ".", "1e3", "1.0000000001", "1,0", "ten", "99999999"])("%s is refused", (text) => {
    expect(parseUsd(text)).toBeNull();
  });

  test("reads what formatUsd writes", () => {
    for (const nano of [7, 120, 987_654_321, 1_000_000_000, -42, 8_123_456_789_012_345]) {
      expect(parseUsd(formatUsd(nano))).toBe(nano);
    }
  });
});
