import { Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { type Column, DataTable } from "../../components/DataTable";
import { AnchorLink } from "../../components/links";
import { Money } from "../../components/Money";
import { duration, integer, percent } from "../../lib/numbers";
import type { Row } from "../../usage/curves";
import { byModel, type ModelUsage } from "./by-model";
import type { AdminUsageSearch } from "./search";

/** What each model was used, how often it failed, and how long it took. */
export function ModelsTable({ rows }: { rows: Row[] }) {
  const { t, i18n } = useTranslation("admin-usage");
  const whole = (value: number) => integer(value, i18n.language);
  const columns: Column<ModelUsage>[] = [
    {
      key: "model",
      header: t("column.model"),
      render: ({ model }) => (
        <AnchorLink
          inherit
          to="/admin/usage"
          search={(before: AdminUsageSearch) => ({ ...before, model })}
        >
          {model}
        </AnchorLink>
      ),
    },
    figure("requests", t("total.requests"), ({ requests }) => whole(requests)),
    figure("failures", t("total.failures"), ({ requests, failures }) =>
      t("total.share", {
        count: failures,
        share: percent(requests ? failures / requests : 0, i18n.language),
      }),
    ),
    figure("tokens", t("total.tokens"), ({ tokens }) => whole(tokens)),
    figure("firstByte", t("column.firstByte"), ({ firstByteMs: ms }) => time(ms)),
    figure("duration", t("column.duration"), ({ durationMs: ms }) => time(ms)),
    figure("cost", t("column.cost"), ({ costNano }) => <Money nano={costNano} />),
  ];
  return (
    <section>
      <Title order={2} size="h4" mb="sm">
        {t("models.title")}
      </Title>
      <DataTable
        label={t("models.title")}
        columns={columns}
        rows={byModel(rows)}
        rowKey={({ model }) => model}
      />
    </section>
  );
}

function time(ms: number | null): string {
  return ms === null ? "–" : duration(ms);
}

function figure(
  key: string,
  header: string,
  render: Column<ModelUsage>["render"],
): Column<ModelUsage> {
  return { key, header, render, align: "end" };
}
