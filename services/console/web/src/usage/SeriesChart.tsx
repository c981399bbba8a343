import "@mantine/charts/styles.css";
import { BarChart, type ChartSeries, LineChart } from "@mantine/charts";
import { CHART_HEIGHT } from "./chart-height";
import type { Curve } from "./curves";

export interface SeriesChartProps {
  /** One a step, in the order of the curves' values. */
  labels: string[];
  curves: Curve[];
  /** Bars are stacked; lines show what does not add up. */
  kind: "bars" | "lines";
  /** For the axis, where there is little room. */
  formatTick: (value: number) => string;
  format: (value: number) => string;
  onPick: (curve: Curve, step: number) => void;
}

/** Drawn by Chart, which loads it. */
export default function SeriesChart({ labels, curves, kind, ...props }: SeriesChartProps) {
  // Names of models have dots, which the charts' library takes for paths.
  const series = curves.map(({ label, color }, place) => ({ name: nameOf(place), label, color }));
  const data = labels.map((label, step) => ({
    label,
    ...Object.fromEntries(curves.map(({ values }, place) => [nameOf(place), values[step]])),
  }));
  const pick = (one: ChartSeries) => (step: number) => {
    const curve = curves[series.findIndex(({ name }) => name === one.name)];
    if (curve) props.onPick(curve, step);
  };
  const shared = {
    h: CHART_HEIGHT,
    data,
    series,
    dataKey: "label",
    withLegend: true,
    legendProps: { verticalAlign: "bottom" as const },
    // The table of the same numbers is for who has no eye or mouse for a chart.
    accessibilityLayer: false,
    valueFormatter: props.format,
    yAxisProps: { width: "auto" as const, tickFormatter: props.formatTick, allowDecimals: false },
    xAxisProps: { minTickGap: 12, interval: "equidistantPreserveStart" as const },
    tooltipProps: { wrapperStyle: { zIndex: 1 } },
  };
  if (kind === "lines") {
    return <LineChart {...shared} curveType="linear" connectNulls={false} lineProps={STILL} />;
  }
  return (
    <BarChart
      {...shared}
      type="stacked"
      maxBarWidth={36}
      barProps={(one) => ({
        ...STILL,
        stroke: "var(--tollgate-surface)",
        cursor: "pointer",
        onClick: (_, step) => pick(one)(step),
      })}
    />
  );
}

const STILL = { isAnimationActive: false };

function nameOf(place: number): string {
  return `curve${place}`;
}
