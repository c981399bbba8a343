/** A span of time as a filter holds it: one of the names here, or two moments. */

import { oneOf, type RawSearch, whole } from "./search";

export const RANGES = ["24h", "7d", "30d", "all"] as const;
export type RangeName = (typeof RANGES)[number];

const HOUR = 3_600_000;
const SIZES: Record<Exclude<RangeName, "all">, number> = {
  "24h": 24 * HOUR,
  "7d": 7 * 24 * HOUR,
  "30d": 30 * 24 * HOUR,
};

/** `from_ms` (inclusive) and `to_ms` (exclusive) win over `range`. */
export interface Range {
  range?: RangeName | undefined;
  from_ms?: number | undefined;
  to_ms?: number | undefined;
}

export function readRange(raw: RawSearch): Range {
  return {
    range: oneOf(raw.range, RANGES),
    from_ms: whole(raw.from_ms),
    to_ms: whole(raw.to_ms),
  };
}

export function isCustom({ from_ms, to_ms }: Range): boolean {
  return from_ms !== undefined || to_ms !== undefined;
}

/** The moments that it is now, as the API takes them: 0 is open. */
export function momentsOf(
  range: Range,
  usual: RangeName,
  nowMs: number,
): { from_ms: number; to_ms: number } {
  if (isCustom(range)) return { from_ms: range.from_ms ?? 0, to_ms: range.to_ms ?? 0 };
  const name = range.range ?? usual;
  return { from_ms: name === "all" ? 0 : nowMs - SIZES[name], to_ms: 0 };
}
