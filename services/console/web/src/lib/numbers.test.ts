import { expect, test } from "vitest";
import { compact, duration, integer, percent } from "./numbers";

test("numbers follow the language", () => {
  expect(compact(1_234_567, "en")).toBe("1.23M");
  expect(compact(12_345, "zh")).toBe("1.23万");
  expect(integer(1_234_567, "en")).toBe("1,234,567");
  expect(percent(0.125, "en")).toBe("12.5%");
});

test.each([
  [340.4, "340 ms"],
  [1_440, "1.4 s"],
  [59_400, "59.4 s"],
  [125_000, "2 min 5 s"],
])("%d ms is %s", (milliseconds, text) => {
  expect(duration(milliseconds)).toBe(text);
});
