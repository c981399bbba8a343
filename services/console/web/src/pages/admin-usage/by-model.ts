import { type Row, sum, totalsOf } from "../../usage/totals";

/** What was used of one model; times are means over answered requests, and null without any. */
export interface ModelUsage {
  model: string;
  requests: number;
  failures: number;
  tokens: number;
  costNano: number;
  firstByteMs: number | null;
  durationMs: number | null;
}

/** Dearest first. */
export function byModel(rows: Row[]): ModelUsage[] {
  return totalsOf(rows).map(({ group, ...total }) => {
    const own = rows.filter((row) => row.group === group);
    const answered = sum(own, (row) => row.answered);
    const mean = (measure: (row: Row) => number) =>
      answered ? sum(own, measure) / answered : null;
    return {
      ...total,
      model: group,
      firstByteMs: mean((row) => row.first_byte_ms_sum),
      durationMs: mean((row) => row.duration_ms_sum),
    };
  });
}
