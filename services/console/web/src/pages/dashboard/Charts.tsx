import { SimpleGrid } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { formatUsd } from "../../lib/money";
import { compact, duration, integer } from "../../lib/numbers";
import {
  type LogsFilter,
  requestCurves,
  spendCurves,
  timeCurves,
  tokenCurves,
  totalOf,
} from "../../usage/curves";
import { roughUsd } from "../../usage/rough-usd";
import { sum } from "../../usage/totals";
import { useStepLabels } from "../../usage/use-step-labels";
import { ChartCard } from "./ChartCard";
import type { View } from "./search";
import type { Usage } from "./use-usage";

/** What was spent, used, asked and waited for. */
export function Charts({
  usage: { steps, rows },
  view,
  nameOf,
  filterOf,
}: {
  usage: Usage;
  view: View;
  nameOf: (group: string) => string;
  filterOf: (group: string) => LogsFilter;
}) {
  const { t, i18n } = useTranslation("dashboard");
  const labels = useStepLabels(steps);
  const { starts } = steps;
  const whole = (value: number) => integer(value, i18n.language);
  const short = (value: number) => compact(value, i18n.language);
  const spend = spendCurves(rows, starts, { nameOf, filterOf, others: t("charts.others") });
  const tokens = tokenCurves(rows, starts, {
    input: t("charts.input"),
    cached: t("charts.cached"),
    output: t("charts.output"),
  });
  const requests = requestCurves(rows, starts, {
    answered: t("charts.answered"),
    failed: t("charts.failed"),
  });
  const times = timeCurves(rows, starts, {
    firstByte: t("charts.firstByte"),
    duration: t("charts.duration"),
  });
  const shared = { steps, view, labels };
  const counts = { kind: "bars" as const, format: whole, formatTick: short };
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }}>
      <ChartCard
        {...shared}
        title={t("charts.spend")}
        total={formatUsd(sum(rows, (row) => row.cost_nano))}
        curves={spend}
        kind="bars"
        format={(nano) => formatUsd(nano)}
        formatTick={(nano) => roughUsd(nano, i18n.language)}
      />
      <ChartCard
        {...shared}
        {...counts}
        title={t("charts.requests")}
        total={whole(totalOf(requests))}
        curves={requests}
      />
      <ChartCard
        {...shared}
        {...counts}
        title={t("charts.tokens")}
        total={whole(totalOf(tokens))}
        curves={tokens}
      />
      <ChartCard
        {...shared}
        title={t("charts.times")}
        curves={times}
        kind="lines"
        format={duration}
        formatTick={duration}
      />
    </SimpleGrid>
  );
}
