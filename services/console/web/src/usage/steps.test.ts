import { describe, expect, test } from "vitest";
import { RANGES, stepsOf } from "./steps";

const NOW_MS = Date.UTC(2026, 10, 24, 20, 40);
const HOUR_MS = 3_600_000;

describe.each(RANGES)("%s", (range) => {
  test.each(["UTC", "Asia/Kolkata", "America/New_York", "Pacific/Auckland"])(
    "has no gap and holds now, in %s",
    (zone) => {
      const { starts, stepMs, fromMs, toMs } = stepsOf(range, NOW_MS, zone);
      expect(starts[0]).toBe(fromMs);
      expect((toMs - fromMs) / stepMs).toBe(starts.length);
      expect(toMs - stepMs <= NOW_MS && NOW_MS < toMs).toBe(true);
      // Metering adds up whole hours: other bounds would be widened, and the sums with them.
      expect([fromMs % HOUR_MS, toMs % HOUR_MS]).toEqual([0, 0]);
    },
  );
});

test.each([
  ["UTC", Date.UTC(2026, 10, 24)],
  ["Asia/Shanghai", Date.UTC(2026, 10, 24, 16)],
  ["America/New_York", Date.UTC(2026, 10, 24, 5)],
  // 00:30 would be within an hour: the day begins half an hour early.
  ["Asia/Kolkata", Date.UTC(2026, 10, 24, 18)],
])("today begins at midnight in %s", (zone, ms) => {
  expect(stepsOf("7d", NOW_MS, zone).starts.at(-1)).toBe(ms);
});
