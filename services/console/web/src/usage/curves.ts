/** What the charts draw, made of metering's rows: every step has a value, and all values add up to the rows. */

import type { Outcomes } from "./outcomes";
import { BAD, GOOD, OTHERS, PALETTE } from "./palette";
import { groupBy, type Row, sum, TOKEN_KINDS, type TokenKind, tokens, totalsOf } from "./totals";

/** Which of a window's logs a figure is made of. */
export interface LogsFilter {
  model?: string;
  key_id?: string;
  outcomes?: Outcomes;
}

export interface Curve {
  label: string;
  color: string;
  /** One a step; null where there is nothing to measure. */
  values: (number | null)[];
  filter: LogsFilter;
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

function perStep(rows: Row[], starts: number[], measure: (row: Row) => number): number[] {
  const steps = groupBy(rows, (row) => row.start_ms);
  return starts.map((start) => sum(steps.get(start) ?? [], measure));
}
