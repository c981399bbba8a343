/** The arithmetic of a bill. Prices are nano-dollars per million units, so amounts are exact in femto-dollars (1e-15 USD). */

import type { Schema } from "../../api/client";

const PRICE_UNITS = 1_000_000n;
/** How formatUsd writes them. */
export const FEMTO = { scale: 15 };

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
type Rates = Omit<Schema<"Price">, "version">;

export interface Line {
  bucket: Bucket;
  units: number;
  /** Nano-dollars per million units. */
  rateNano: number;
  amountFemto: bigint;
}

export interface Bill {
  /** Only what was used. */
  lines: Line[];
  sumFemto: bigint;
  /** The sum, rounded up once. */
  costNano: bigint;
}

export function billOf(units: Units, rates: Rates): Bill {
  const lines = BUCKETS.filter((bucket) => units[bucket] > 0).map((bucket) => {
    const rateNano = rates[`${bucket}_nano`];
    const amountFemto = BigInt(units[bucket]) * BigInt(rateNano);
    return { bucket, units: units[bucket], rateNano, amountFemto };
  });
  const sumFemto = lines.reduce((sum, line) => sum + line.amountFemto, 0n);
  return { lines, sumFemto, costNano: (sumFemto + PRICE_UNITS - 1n) / PRICE_UNITS };
}

/** All that was sent, however it was cached. */
export function tokensIn(units: Units): number {
  const written = units.cache_write_5m + units.cache_write_1h;
  return units.input + units.cached_read + written + units.image_input + units.audio_input;
}

/** All that was answered, reasoning included. */
export function tokensOut(units: Units): number {
  return units.output + units.reasoning + units.image_output + units.audio_output;
}
