import { Card, SimpleGrid, Title } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { formatUsd } from "../../lib/money";
import { compact, integer } from "../../lib/numbers";
import { Chart } from "../../usage/Chart";
import { type Curve, requestCurves, spendCurves } from "../../usage/curves";
import { roughUsd } from "../../usage/rough-usd";
import type { SeriesChartProps } from "../../usage/SeriesChart";
import type { Steps } from "../../usage/steps";
import type { Row } from "../../usage/totals";
import { useStepLabels } from "../../usage/use-step-labels";

/** What was spent and asked; the table below has the numbers. */
export function UsageCharts({ steps, rows }: { steps: Steps; rows: Row[] }) {
  const { t, i18n } = useTranslation("admin-usage");
  const labels = useStepLabels(steps);
  const { starts } = steps;
  const spend = spendCurves(rows, starts, {
    nameOf: (group) => group,
    filterOf: (model) => ({ model }),
    others: t("chart.others"),
  });
  const requests = requestCurves(rows, starts, {
    answered: t("outcomes.answered"),
    failed: t("outcomes.failed"),
  });
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }}>
      <ChartCard
        title={t("chart.spend")}
        labels={labels}
        curves={spend}
        format={formatUsd}
        formatTick={(nano) => roughUsd(nano, i18n.language)}
      />
      <ChartCard
        title={t("chart.requests")}
        labels={labels}
        curves={requests}
        format={(value) => integer(value, i18n.language)}
        formatTick={(value) => compact(value, i18n.language)}
      />
    </SimpleGrid>
  );
}

/** A bar leads to what it is made of. */
function ChartCard({
  title,
  ...chart
}: Omit<SeriesChartProps, "kind" | "onPick"> & { title: string }) {
  const { t } = useTranslation("admin-usage");
  const navigate = useNavigate({ from: "/admin/usage" });
  function pick({ filter: { model, outcomes } }: Curve): void {
    const change = { ...(model && { model }), ...(outcomes && { outcomes }) };
    void navigate({ search: (before) => ({ ...before, ...change }), resetScroll: false });
  }
  return (
    <Card withBorder padding="md" bg="var(--tollgate-surface)" miw={0}>
      <Title order={2} size="h5" mb="sm">
        {title}
      </Title>
      <Chart {...chart} kind="bars" label={t("chart.label", { title })} onPick={pick} />
    </Card>
  );
}
