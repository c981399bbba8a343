/** The sums of a statement; amounts are nano-dollars. */

import type { Schema } from "../../api/client";
import { type GroupTotal, sum } from "../../usage/totals";

/** What the models cost beyond what was debited: 0 when all is of the same month. */
export function beyondDebits(
  models: Pick<GroupTotal, "costNano">[],
  statement: Schema<"Statement">,
): number {
  const cost = sum(models, ({ costNano }) => costNano);
  const debited = statement.lines.find(({ kind }) => kind === "usage")?.amount_nano ?? 0;
  return cost + debited;
}

/** Whether opening and all lines are closing, as they must be. */
export function addsUp({ opening_nano, closing_nano, lines }: Schema<"Statement">): boolean {
  return opening_nano + sum(lines, (line) => line.amount_nano) === closing_nano;
}
