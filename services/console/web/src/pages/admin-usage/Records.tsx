import { Code, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { type Column, DataTable } from "../../components/DataTable";
import { LoadMore } from "../../components/LoadMore";
import { AnchorLink } from "../../components/links";
import { Money } from "../../components/Money";
import { QueryBoundary } from "../../components/QueryBoundary";
import { Time } from "../../components/Time";
import { duration } from "../../lib/numbers";
import { OutcomeBadge } from "../../usage/OutcomeBadge";
import { type AdminRecord, useRecords } from "./data";
import type { AdminUsageSearch } from "./search";

/** Requests, newest first, with what answered them. */
export function Records({ search }: { search: AdminUsageSearch }) {
  const { t } = useTranslation("admin-usage");
  const records = useRecords(search);
  return (
    <section>
      <Title order={2} size="h4" mb="sm">
        {t("records.title")}
      </Title>
      <QueryBoundary
        query={records}
        empty={{
          when: (found) => found.length === 0,
          title: t("records.empty"),
          text: t("empty.text"),
        }}
      >
        {(found) => <RecordsTable records={found} />}
      </QueryBoundary>
      <LoadMore query={records} />
    </section>
  );
}

function RecordsTable({ records }: { records: AdminRecord[] }) {
  const { t } = useTranslation("admin-usage");
  const columns: Column<AdminRecord>[] = [
    { key: "time", header: t("column.time"), render: (record) => <Request of={record} /> },
    {
      key: "account",
      header: t("column.account"),
      render: ({ account_id }) => (
        <AnchorLink inherit to="/admin/users" search={{ search: account_id }}>
          <Code style={{ overflowWrap: "anywhere" }}>{account_id}</Code>
        </AnchorLink>
      ),
    },
    { key: "model", header: t("column.model"), render: ({ model }) => model },
    {
      key: "channel",
      header: t("column.channel"),
      render: ({ provider, channel_id }) => (
        <>
          {channel_id || "–"}
          {provider && (
            <Text size="xs" c="dimmed">
              {provider}
            </Text>
          )}
        </>
      ),
    },
    {
      key: "outcome",
      header: t("column.outcome"),
      render: (record) => <OutcomeBadge record={record} />,
    },
    {
      key: "duration",
      header: t("column.duration"),
      align: "end",
      render: ({ duration_ms }) => duration(duration_ms),
    },
    {
      key: "cost",
      header: t("column.cost"),
      align: "end",
      render: ({ cost_nano }) => <Money nano={cost_nano} decimalsMin={6} />,
    },
  ];
  return (
    <DataTable
      label={t("records.title")}
      columns={columns}
      rows={records}
      rowKey={({ request_id }) => request_id}
    />
  );
}

function Request({ of: { started_at_ms, request_id } }: { of: AdminRecord }) {
  return (
    <div>
      <Time ms={started_at_ms} />
      <Text size="xs" c="dimmed" ff="monospace" style={{ overflowWrap: "anywhere" }}>
        {request_id}
      </Text>
    </div>
  );
}
