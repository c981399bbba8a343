/** The arithmetic of a bill. Prices are nano-dollars per million units, so amounts are exact in femto-dollars (1e-15 USD). */

import type { Schema } from "../../api/client";
import { BUCKETS, type Bucket, type Units } from "../../usage/units";

const PRICE_UNITS = 1_000_000n;
/** How formatUsd writes them. */
export const FEMTO = { scale: 15 };

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
