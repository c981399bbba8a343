import { describe, expect, test } from "vitest";
import { formatUsd } from "../../lib/money";
import { BUCKETS, tokensIn, tokensOut, type Units } from "../../usage/units";
import { billOf, FEMTO } from "./receipt";

type Rates = Parameters<typeof billOf>[1];

function unitsOf(count: (bucket: string) => number): Units {
  return Object.fromEntries(BUCKETS.map((bucket) => [bucket, count(bucket)])) as unknown as Units;
}

function ratesOf(rate: (bucket: string) => number): Rates {
  const rates = BUCKETS.map((bucket) => [`${bucket}_nano`, rate(bucket)]);
  return Object.fromEntries(rates) as unknown as Rates;
}

/** The same numbers each time (mulberry32). */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

describe("a bill", () => {
  test("is the sum of units times prices, rounded up once", () => {
    const rates = ratesOf((bucket) => (bucket === "input" ? 280_000_000 : 1_150_000_000));
    const bill = billOf({ ...unitsOf(() => 0), input: 123, output: 7 }, rates);
    expect(bill.lines.map((line) => formatUsd(line.amountFemto, FEMTO))).toEqual([
      "$0.00003444",
      "$0.00000805",
    ]);
    expect(bill.costNano).toBe(42_490n);
  });

  test("of nothing is nothing", () => {
    const bill = billOf(
      unitsOf(() => 0),
      ratesOf(() => 5),
    );
    expect(bill).toEqual({ lines: [], sumFemto: 0n, costNano: 0n });
  });

  test("is never below the exact sum, and less than a nano-dollar above it", () => {
    for (let seed = 0; seed < 500; seed++) {
      const roll = dice(seed);
      const units = unitsOf(() => (roll(3) ? roll(2 ** 31) : 0));
      const rates = ratesOf(() => roll(2 ** 40));
      const bill = billOf(units, rates);
      const sum = BUCKETS.reduce(
        (total, bucket) => total + BigInt(units[bucket]) * BigInt(rates[`${bucket}_nano`]),
        0n,
      );
      expect(bill.sumFemto).toBe(sum);
      const above = bill.costNano * 1_000_000n - sum;
      expect(above >= 0n && above < 1_000_000n).toBe(true);
    }
  });
});

test("tokens in and out are all but calls", () => {
  const units = unitsOf((bucket) => 2 ** BUCKETS.indexOf(bucket as (typeof BUCKETS)[number]));
  expect(tokensIn(units) + tokensOut(units) + units.calls).toBe(2 ** BUCKETS.length - 1);
});
