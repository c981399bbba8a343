import { Card, SimpleGrid, Skeleton, Title } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { useTimeZone } from "../../app/session";
import { formatUsd } from "../../lib/money";
import { compact, integer } from "../../lib/numbers";
import { formatDay, formatHour } from "../../lib/time";
import { type Curve, type Row, requestCurves, spendCurves } from "../../usage/curves";
import { roughUsd } from "../../usage/rough-usd";
import type { SeriesChartProps } from "../../usage/SeriesChart";
import type { Steps } from "../../usage/steps";
import type { AdminUsageSearch } from "./search";

const SeriesChart = lazy(() => import("../../usage/SeriesChart"));
const HEIGHT = 280;

/** What was spent and asked; the table below has the numbers. */
export function UsageCharts({ steps, rows }: { steps: Steps; rows: Row[] }) {
  const { t, i18n } = useTranslation("admin-usage");
  const zone = useTimeZone();
  const { starts, stepMs } = steps;
  // A day is named by its middle, since it may begin up to an hour early.
  const labels = starts.map((start) =>
    steps.step === "hour"
      ? formatHour(start, zone, i18n.language)
      : formatDay(start + stepMs / 2, zone, i18n.language),
  );
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
      <Chart
        title={t("chart.spend")}
        labels={labels}
        curves={spend}
        format={formatUsd}
        formatTick={(nano) => roughUsd(nano, i18n.language)}
      />
      <Chart
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
function Chart({ title, ...chart }: Omit<SeriesChartProps, "kind" | "onPick"> & { title: string }) {
  const { t } = useTranslation("admin-usage");
  const navigate = useNavigate({ from: "/admin/usage" });
  function pick({ filter: { model, outcomes } }: Curve): void {
    const change = { ...(model && { model }), ...(outcomes && { outcomes }) };
    void navigate({ search: (before: AdminUsageSearch) => ({ ...before, ...change }) });
  }
  return (
    <Card withBorder padding="md" bg="var(--tollgate-surface)" miw={0}>
      <Title order={2} size="h5" mb="sm">
        {title}
      </Title>
      <div role="img" aria-label={t("chart.label", { title })}>
        <Suspense fallback={<Skeleton h={HEIGHT} />}>
          <SeriesChart {...chart} kind="bars" onPick={pick} />
        </Suspense>
      </div>
    </Card>
  );
}
