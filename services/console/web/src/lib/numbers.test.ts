import { expect, test } from "vitest";
import { compact, duration, integer, percent, waiting } from "./numbers";

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

test("a wait is told in the unit that suits it", () => {
  expect(waiting(1, "en")).toBe("1 second");
  expect(waiting(90, "en")).toBe("90 seconds");
  expect(waiting(121, "en")).toBe("3 minutes");
  expect(waiting(900, "zh")).toBe("15分钟");
});
