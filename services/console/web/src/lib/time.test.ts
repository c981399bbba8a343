import { expect, test } from "vitest";
import { formatClock, formatDate, formatMonth, formatRelative, formatTime } from "./time";

const TIME_MS = Date.UTC(2026, 10, 24, 23, 5, 9);

test("a time names its zone", () => {
  expect(formatTime(TIME_MS, "Asia/Shanghai", "en")).toBe("25 Nov 2026, 07:05:09 GMT+8");
  expect(formatTime(TIME_MS, "UTC", "en")).toBe("24 Nov 2026, 23:05:09 UTC");
  expect(formatTime(TIME_MS, "Asia/Shanghai", "zh")).toBe("2026年11月25日 07:05:09 GMT+8");
});

test("a column's time leaves the zone to its heading", () => {
  expect(formatClock(TIME_MS, "Asia/Shanghai", "en")).toBe("25 Nov, 07:05:09");
});

test("a month is the zone's", () => {
  const first = Date.UTC(2026, 10, 30, 18, 30);
  expect(formatMonth(first, "Asia/Kolkata", "en")).toBe("December 2026");
  expect(formatMonth(first, "UTC", "zh")).toBe("2026年11月");
});

test("a date is the zone's", () => {
  expect(formatDate(TIME_MS, "Asia/Shanghai", "en")).toBe("25 Nov 2026");
  expect(formatDate(TIME_MS, "America/New_York", "zh")).toBe("2026年11月24日");
});

test.each([
  [-30_000, "now"],
  [-60_000, "1 minute ago"],
  [-86_400_000, "yesterday"],
  [3 * 3_600_000, "in 3 hours"],
  [-800 * 86_400_000, "2 years ago"],
])("%d ms from now is %s", (difference, text) => {
  expect(formatRelative(TIME_MS + difference, TIME_MS, "en")).toBe(text);
});
