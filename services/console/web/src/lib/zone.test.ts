import { expect, test } from "vitest";
import { fromWallClock, monthsUntil, toWallClock, utcOffsetMinutes } from "./zone";

const ZONES = ["UTC", "Asia/Kolkata", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai"];

test("a zone has its offset of the day", () => {
  expect(utcOffsetMinutes(Date.UTC(2026, 0, 1), "Asia/Kolkata")).toBe(330);
  expect(utcOffsetMinutes(Date.UTC(2026, 0, 1), "America/New_York")).toBe(-300);
  expect(utcOffsetMinutes(Date.UTC(2026, 6, 1), "America/New_York")).toBe(-240);
});

test.each(ZONES)("what the clocks of %s show leads back to the moment", (zone) => {
  for (let day = 0; day < 365; day++) {
    const ms = Date.UTC(2026, 0, 1 + day, 12, 34);
    expect(fromWallClock(toWallClock(ms, zone), zone)).toBe(ms);
  }
});

test.each(["", "2026", "yesterday"])("%j is no date and time", (written) => {
  expect(fromWallClock(written, "UTC")).toBeNull();
});

test.each(ZONES)("months of %s touch each other", (zone) => {
  const months = monthsUntil(Date.UTC(2026, 10, 24), zone, 12);
  expect(months.map((month) => month.name)).toEqual([
    ...["2026-11", "2026-10", "2026-09", "2026-08", "2026-07", "2026-06", "2026-05", "2026-04"],
    ...["2026-03", "2026-02", "2026-01", "2025-12"],
  ]);
  for (const [place, month] of months.entries()) {
    expect(toWallClock(month.fromMs, zone)).toBe(`${month.name}-01T00:00`);
    expect(months[place + 1]?.toMs ?? month.fromMs).toBe(month.fromMs);
  }
});
