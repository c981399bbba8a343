/** What requests are billed by. */

import type { Schema } from "../api/client";

export const BUCKETS = [
  "input",
  "cached_read",
  "cache_write_5m",
  "cache_write_1h",
  "output",
  "reasoning",
  "image_input",
  "audio_input",
  "image_output",
  "audio_output",
  "calls",
] as const;

export type Bucket = (typeof BUCKETS)[number];
export type Units = Schema<"Units">;

/** All that was sent, however it was cached. */
export function tokensIn(units: Units): number {
  const written = units.cache_write_5m + units.cache_write_1h;
  return units.input + units.cached_read + written + units.image_input + units.audio_input;
}

/** All that was answered, reasoning included. */
export function tokensOut(units: Units): number {
  return units.output + units.reasoning + units.image_output + units.audio_output;
}
