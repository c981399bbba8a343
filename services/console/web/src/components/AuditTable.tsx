import { Code, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schema } from "../api/client";
import { type Column, DataTable } from "./DataTable";
import { EmptyState } from "./EmptyState";
import { AnchorLink } from "./links";
import { Time } from "./Time";

type Entry = Schema<"AuditEntry">;
type Action = keyof typeof import("../locales/en/admin-audit.json")["action"];

const OPERATOR = "operator";

/** What was done, by whom, to whom, from where. */
export function AuditTable({ entries }: { entries: Entry[] }) {
  const { t } = useTranslation("admin-audit");
  const columns: Column<Entry>[] = [
    { key: "time", header: t("column.time"), render: ({ at_ms }) => <Time ms={at_ms} /> },
    {
      key: "actor",
      header: t("column.actor"),
      render: ({ actor_id, actor_email }) => <Person id={actor_id} email={actor_email} />,
    },
    {
      key: "action",
      header: t("column.action"),
      // Another version of a service may do what has no words here yet.
      render: ({ action }) => t(`action.${action as Action}`, { defaultValue: action }),
    },
    {
      key: "user",
      header: t("column.user"),
      render: (entry) => <Subject of={entry} />,
    },
    { key: "address", header: t("column.address"), render: ({ address }) => address || "–" },
    {
      key: "detail",
      header: t("column.detail"),
      render: ({ detail }) => (
        <Text span size="xs" style={{ overflowWrap: "anywhere" }}>
          {detail || "–"}
        </Text>
      ),
    },
  ];
  if (!entries.length) return <EmptyState title={t("empty.title")} text={t("empty.text")} />;
  return (
    <DataTable label={t("title")} columns={columns} rows={entries} rowKey={(entry) => entry.id} />
  );
}

function Subject({ of: { actor_id, user_id, user_email } }: { of: Entry }) {
  const { t } = useTranslation("admin-audit");
  if (!user_id) return "–";
  return user_id === actor_id ? t("self") : <Person id={user_id} email={user_email} />;
}

function Person({ id, email }: { id: string; email: string }) {
  const { t } = useTranslation("admin-audit");
  if (!id) return t("nobody");
  if (id === OPERATOR) return t("operator");
  // Who was deleted has only an id left.
  if (!email) return <Code>{id}</Code>;
  return (
    <AnchorLink
      inherit
      to="/admin/users"
      search={{ user: id }}
      style={{ overflowWrap: "anywhere" }}
    >
      {email}
    </AnchorLink>
  );
}
