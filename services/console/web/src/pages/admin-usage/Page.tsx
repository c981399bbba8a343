import { Stack } from "@mantine/core";
import { useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { PageHeader } from "../../components/PageHeader";
import { QueryBoundary } from "../../components/QueryBoundary";
import { useSeries } from "./data";
import { Filters } from "./Filters";
import { ModelsTable } from "./ModelsTable";
import { Records } from "./Records";
import { Totals } from "./Totals";
import { UsageCharts } from "./UsageCharts";

export default function AdminUsagePage() {
  // Those of the logs, too: outcomes are called the same everywhere.
  const { t } = useTranslation(["admin-usage", "logs"]);
  const search = useSearch({ from: "/inside/admin/admin/usage" });
  const series = useSeries(search);
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      <Stack gap="lg">
        <Filters search={search} />
        <QueryBoundary
          query={series}
          empty={{
            when: ({ rows }) => rows.length === 0,
            title: t("empty.title"),
            text: t("empty.text"),
          }}
        >
          {({ steps, rows }) => (
            <>
              <Totals rows={rows} />
              <UsageCharts steps={steps} rows={rows} />
              <ModelsTable rows={rows} />
            </>
          )}
        </QueryBoundary>
        <Records search={search} />
      </Stack>
    </>
  );
}
