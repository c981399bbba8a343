import { Box, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { type Column, DataTable, figureColumn } from "../../components/DataTable";
import { AnchorLink } from "../../components/links";
import { Money } from "../../components/Money";
import { integer, percent } from "../../lib/numbers";
import type { LogsFilter } from "../../usage/curves";
import { type GroupTotal, sum, totalsOf } from "../../usage/totals";
import type { Group } from "./search";
import type { Usage } from "./use-usage";

/** What each model or key has used; its name leads to its logs. */
export function GroupsTable({
  usage: { steps, rows },
  group,
  nameOf,
  filterOf,
}: {
  usage: Usage;
  group: Group;
  nameOf: (group: string) => string;
  filterOf: (group: string) => LogsFilter;
}) {
  const { t, i18n } = useTranslation("dashboard");
  const totals = totalsOf(rows);
  const allNano = sum(totals, (total) => total.costNano);
  const whole = (value: number) => integer(value, i18n.language);
  const columns: Column<GroupTotal>[] = [
    {
      key: "group",
      header: t(`groups.${group}`),
      render: (total) => (
        <AnchorLink
          size="sm"
          to="/logs"
          search={{ from_ms: steps.fromMs, to_ms: steps.toMs, ...filterOf(total.group) }}
        >
          {nameOf(total.group)}
        </AnchorLink>
      ),
    },
    figureColumn("requests", t("groups.requests"), ({ requests }) => whole(requests)),
    figureColumn("failures", t("groups.failures"), ({ failures }) => whole(failures)),
    figureColumn("tokens", t("groups.tokens"), ({ tokens }) => whole(tokens)),
    figureColumn("cost", t("groups.cost"), ({ costNano }) => <Money nano={costNano} />),
    figureColumn("share", t("groups.share"), ({ costNano }) =>
      percent(allNano ? costNano / allNano : 0, i18n.language),
    ),
  ];
  const title = t(`groups.title.${group}`);
  return (
    <Box mt="lg">
      <Title order={2} size="h4" mb="sm">
        {title}
      </Title>
      <DataTable label={title} columns={columns} rows={totals} rowKey={(total) => total.group} />
    </Box>
  );
}
