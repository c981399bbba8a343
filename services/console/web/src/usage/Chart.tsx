import { Skeleton } from "@mantine/core";
import { lazy, Suspense } from "react";
import { CHART_HEIGHT } from "./chart-height";
import type { SeriesChartProps } from "./SeriesChart";

// The charts' library is larger than all the rest of a page.
const SeriesChart = lazy(() => import("./SeriesChart"));

/** A picture of curves, which its label describes; the numbers stand in a table elsewhere. */
export function Chart({ label, ...chart }: SeriesChartProps & { label: string }) {
  return (
    <div role="img" aria-label={label}>
      <Suspense fallback={<Skeleton h={CHART_HEIGHT} />}>
        <SeriesChart {...chart} />
      </Suspense>
    </div>
  );
}
