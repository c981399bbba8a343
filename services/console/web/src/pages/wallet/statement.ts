/** The sums of a statement; amounts are nano-dollars. */

import type { Schema } from "../../api/client";

export interface ModelSum {
  model: string;
  requests: number;
  costNano: number;
}

/** What each model cost in all, the dearest first. */
export function byModel(rows: Schema<"SeriesRow">[]): ModelSum[] {
  const sums = new Map<string, ModelSum>();
  for (const { group, requests, cost_nano } of rows) {
    const sum = sums.get(group) ?? { model: group, requests: 0, costNano: 0 };
    sums.set(group, {
      model: group,
      requests: sum.requests + requests,
      costNano: sum.costNano + cost_nano,
    });
  }
  return [...sums.values()].sort((one, other) => other.costNano - one.costNano);
}

/** What the models cost beyond what was debited: 0 when all is of the same month. */
export function beyondDebits(models: ModelSum[], statement: Schema<"Statement">): number {
  const cost = models.reduce((sum, { costNano }) => sum + costNano, 0);
  const debited = statement.lines.find(({ kind }) => kind === "usage")?.amount_nano ?? 0;
  return cost + debited;
}

/** Whether opening and all lines are closing, as they must be. */
export function addsUp({ opening_nano, closing_nano, lines }: Schema<"Statement">): boolean {
  return lines.reduce((sum, line) => sum + line.amount_nano, opening_nano) === closing_nano;
}
