import { Code } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schema } from "../../api/client";
import { type Column, DataTable } from "../../components/DataTable";
import { EmptyState } from "../../components/EmptyState";
import { Money } from "../../components/Money";
import { StatusBadge, type StatusTone } from "../../components/StatusBadge";
import { Time } from "../../components/Time";

type Key = Schema<"Key">;

const TONES: Record<Key["state"], StatusTone> = {
  active: "good",
  disabled: "neutral",
  revoked: "neutral",
};

export function AccountKeys({ keys }: { keys: Key[] }) {
  const { t } = useTranslation("admin-users");
  const columns: Column<Key>[] = [
    {
      key: "label",
      header: t("keys.label"),
      render: ({ label, last4 }) => (
        <>
          {label} <Code style={{ whiteSpace: "nowrap" }}>…{last4}</Code>
        </>
      ),
    },
    {
      key: "state",
      header: t("keys.state.title"),
      render: ({ state }) => <StatusBadge tone={TONES[state]} label={t(`keys.state.${state}`)} />,
    },
    { key: "id", header: t("keys.id"), render: ({ id }) => <Code>{id}</Code> },
    {
      key: "created",
      header: t("column.created"),
      render: ({ created_at_ms: ms }) => <Time ms={ms} as="date" />,
    },
    {
      key: "used",
      header: t("keys.used"),
      render: ({ last_used_ms: ms }) =>
        ms ? <Time ms={ms} as="relative" /> : t(ms === null ? "unknown" : "never"),
    },
    {
      key: "cost",
      header: t("keys.cost"),
      align: "end",
      render: ({ cost_nano: nano }) => (nano === null ? t("unknown") : <Money nano={nano} />),
    },
  ];
  if (!keys.length) return <EmptyState title={t("keys.empty")} />;
  return (
    <DataTable label={t("keys.title")} columns={columns} rows={keys} rowKey={(key) => key.id} />
  );
}
