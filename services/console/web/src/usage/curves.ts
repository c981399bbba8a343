/** What the charts draw, made of metering's rows: every step has a value, and all values add up to the rows. */

import type { Schema } from "../api/client";
import type { LogsSearch } from "../pages/logs/search";
import { BAD, GOOD, OTHERS, PALETTE } from "./palette";

export type Row = Schema<"SeriesRow">;

/** Which of a window's logs a figure is made of. */
export type LogsFilter = Pick<LogsSearch, "model" | "key_id" | "outcomes">;

export interface Curve {
  label: string;
  color: string;
  /** One a step; null where there is nothing to measure. */
  values: (number | null)[];
  filter: LogsFilter;
}

export interface GroupTotal {
  /** A model's name, or a key's id. */
  group: string;
  requests: number;
  failures: number;
  tokens: number;
  costNano: number;
}

const TOKENS = {
  input: ["input", "cache_write_5m", "cache_write_1h", "image_input", "audio_input"],
  cached: ["cached_read"],
  output: ["output", "reasoning", "image_output", "audio_output"],
} as const;

export type TokenKind = keyof typeof TOKENS;
export const TOKEN_KINDS = ["input", "cached", "output"] as const;

/** Each group's sums, dearest first. */
export function totalsOf(rows: Row[]): GroupTotal[] {
  const totals = groupBy(rows, (row) => row.group);
  return [...totals]
    .map(([group, own]) => ({
      group,
      requests: sum(own, (row) => row.requests),
      failures: sum(own, (row) => row.failures),
      tokens: sum(own, allTokens),
      costNano: sum(own, (row) => row.cost_nano),
    }))
    .sort((one, other) => other.costNano - one.costNano || other.requests - one.requests);
}

/** A curve for each of the dearest groups, and one for all others. */
export function spendCurves(
  rows: Row[],
  starts: number[],
  words: {
    nameOf: (group: string) => string;
    filterOf: (group: string) => LogsFilter;
    others: string;
  },
): Curve[] {
  const groups = totalsOf(rows).map(({ group }) => group);
  const shown = groups.slice(0, PALETTE.length);
  const curves = shown.map((group, place) => ({
    label: words.nameOf(group),
    color: PALETTE[place] ?? OTHERS,
    values: perStep(rows, starts, (row) => (row.group === group ? row.cost_nano : 0)),
    filter: words.filterOf(group),
  }));
  if (groups.length === shown.length) return curves;
  const rest = (row: Row) => (shown.includes(row.group) ? 0 : row.cost_nano);
  return [
    ...curves,
    { label: words.others, color: OTHERS, values: perStep(rows, starts, rest), filter: {} },
  ];
}

export function tokenCurves(
  rows: Row[],
  starts: number[],
  labels: Record<TokenKind, string>,
): Curve[] {
  return TOKEN_KINDS.map((kind, place) => ({
    label: labels[kind],
    color: PALETTE[place] ?? OTHERS,
    values: perStep(rows, starts, (row) => tokens(row, kind)),
    filter: {},
  }));
}

export function requestCurves(
  rows: Row[],
  starts: number[],
  labels: { answered: string; failed: string },
): Curve[] {
  return [
    {
      label: labels.answered,
      color: GOOD,
      values: perStep(rows, starts, (row) => row.requests - row.failures),
      filter: { outcomes: "answered" },
    },
    {
      label: labels.failed,
      color: BAD,
      values: perStep(rows, starts, (row) => row.failures),
      filter: { outcomes: "failed" },
    },
  ];
}

/** Means over answered requests, in milliseconds. */
export function timeCurves(
  rows: Row[],
  starts: number[],
  labels: { firstByte: string; duration: string },
): Curve[] {
  const answered = perStep(rows, starts, (row) => row.answered);
  const mean = (measure: (row: Row) => number) =>
    perStep(rows, starts, measure).map((total, place) => {
      const count = answered[place];
      return count ? total / count : null;
    });
  return [
    {
      label: labels.firstByte,
      color: PALETTE[0],
      values: mean((row) => row.first_byte_ms_sum),
      filter: { outcomes: "answered" },
    },
    {
      label: labels.duration,
      color: PALETTE[1],
      values: mean((row) => row.duration_ms_sum),
      filter: { outcomes: "answered" },
    },
  ];
}

export function totalOf(curves: Curve[]): number {
  return sum(curves, (curve) => sum(curve.values, (value) => value ?? 0));
}

export function sum<Item>(items: Item[], measure: (item: Item) => number): number {
  return items.reduce((total, item) => total + measure(item), 0);
}

function perStep(rows: Row[], starts: number[], measure: (row: Row) => number): number[] {
  const steps = groupBy(rows, (row) => row.start_ms);
  return starts.map((start) => sum(steps.get(start) ?? [], measure));
}

function groupBy<Key>(rows: Row[], keyOf: (row: Row) => Key): Map<Key, Row[]> {
  const groups = new Map<Key, Row[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}

function tokens(row: Row, kind: TokenKind): number {
  return sum([...TOKENS[kind]], (name) => row.units[name]);
}

function allTokens(row: Row): number {
  return sum([...TOKEN_KINDS], (kind) => tokens(row, kind));
}
