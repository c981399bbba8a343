import { Card, Group, Text, Title } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Chart } from "../../usage/Chart";
import type { Curve } from "../../usage/curves";
import type { SeriesChartProps } from "../../usage/SeriesChart";
import type { Steps } from "../../usage/steps";
import { sum } from "../../usage/totals";
import { StepsTable } from "./StepsTable";
import type { View } from "./search";

/** One measure over time, drawn or written. A bar leads to the logs that it is made of. */
export function ChartCard({
  title,
  total,
  steps,
  view,
  ...chart
}: Omit<SeriesChartProps, "onPick"> & {
  title: string;
  /** All of the window. */
  total?: string;
  steps: Steps;
  view: View;
}) {
  const { t } = useTranslation("dashboard");
  const navigate = useNavigate();
  const { labels, curves, kind, format } = chart;
  function openLogs({ filter }: Curve, step: number): void {
    const from_ms = steps.starts[step];
    if (from_ms === undefined) return;
    const search = { from_ms, to_ms: from_ms + steps.stepMs, ...filter };
    void navigate({ to: "/logs", search });
  }
  return (
    <Card withBorder padding="md" bg="var(--tollgate-surface)" miw={0}>
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h5">
          {title}
        </Title>
        {total && (
          <Text fw={650} style={{ fontVariantNumeric: "tabular-nums" }}>
            {total}
          </Text>
        )}
      </Group>
      {view === "tables" ? (
        <StepsTable
          title={title}
          steps={steps}
          labels={labels}
          curves={curves}
          format={format}
          total={kind === "bars" ? (step) => format(sum(curves, valueAt(step))) : undefined}
        />
      ) : (
        <Chart {...chart} label={t("charts.label", { title })} onPick={openLogs} />
      )}
    </Card>
  );
}

function valueAt(step: number): (curve: Curve) => number {
  return ({ values }) => values[step] ?? 0;
}
