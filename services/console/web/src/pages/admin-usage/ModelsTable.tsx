import { Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { type Column, DataTable, figureColumn } from "../../components/DataTable";
import { AnchorLink } from "../../components/links";
import { Money } from "../../components/Money";
import { duration, integer, percent } from "../../lib/numbers";
import type { Row } from "../../usage/totals";
import { byModel, type ModelUsage } from "./by-model";

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
          from="/admin/usage"
          to="/admin/usage"
          search={(before) => ({ ...before, model })}
          resetScroll={false}
        >
          {model}
        </AnchorLink>
      ),
    },
    figureColumn("requests", t("total.requests"), ({ requests }) => whole(requests)),
    figureColumn("failures", t("total.failures"), ({ requests, failures }) =>
      t("total.share", {
        count: failures,
        share: percent(requests ? failures / requests : 0, i18n.language),
      }),
    ),
    figureColumn("tokens", t("total.tokens"), ({ tokens }) => whole(tokens)),
    figureColumn("firstByte", t("column.firstByte"), ({ firstByteMs: ms }) => time(ms)),
    figureColumn("duration", t("column.duration"), ({ durationMs: ms }) => time(ms)),
    figureColumn("cost", t("column.cost"), ({ costNano }) => <Money nano={costNano} />),
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
