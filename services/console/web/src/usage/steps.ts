/** The time that a dashboard shows, cut as metering cuts it, so that no step is missing and none is cut off. */

import { utcOffsetMinutes } from "../lib/zone";

export const RANGES = ["24h", "7d", "30d"] as const;

export type Range = (typeof RANGES)[number];

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const SHAPES = {
  "24h": { step: "hour", count: 24 },
  "7d": { step: "day", count: 7 },
  "30d": { step: "day", count: 30 },
} as const;

export interface Steps {
  step: "hour" | "day";
  stepMs: number;
  utcOffsetMinutes: number;
  /** When each begins, oldest first; the last one is under way. */
  starts: number[];
  /** From (inclusive) and to (exclusive). */
  fromMs: number;
  toMs: number;
}

/** Hours of a day, or days of the zone. A day that begins within an hour of UTC begins with that hour. */
export function stepsOf(range: Range, nowMs: number, zone: string): Steps {
  const { step, count } = SHAPES[range];
  const offset = utcOffsetMinutes(nowMs, zone);
  const stepMs = step === "hour" ? HOUR_MS : DAY_MS;
  const eastMs = step === "hour" ? 0 : Math.ceil(offset / 60) * HOUR_MS;
  const last = Math.floor((nowMs + eastMs) / stepMs) * stepMs - eastMs;
  const starts = Array.from({ length: count }, (_, place) => last - (count - 1 - place) * stepMs);
  const fromMs = last - (count - 1) * stepMs;
  return { step, stepMs, utcOffsetMinutes: offset, starts, fromMs, toMs: last + stepMs };
}
