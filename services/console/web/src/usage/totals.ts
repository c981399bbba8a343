/** Sums over metering's rows. */

import type { Schema } from "../api/client";

export type Row = Schema<"SeriesRow">;

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

export function sum<Item>(items: readonly Item[], measure: (item: Item) => number): number {
  return items.reduce((total, item) => total + measure(item), 0);
}

export function groupBy<Key>(rows: Row[], keyOf: (row: Row) => Key): Map<Key, Row[]> {
  const groups = new Map<Key, Row[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}

export function tokens(row: Row, kind: TokenKind): number {
  return sum(TOKENS[kind], (name) => row.units[name]);
}

function allTokens(row: Row): number {
  return sum(TOKEN_KINDS, (kind) => tokens(row, kind));
}
