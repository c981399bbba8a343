import { Code } from "@mantine/core";
import { useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Schema } from "../../api/client";
import { type Column, DataTable } from "../../components/DataTable";
import { AnchorLink } from "../../components/links";
import { Time } from "../../components/Time";
import { RoleBadge } from "./RoleBadge";

type User = Schema<"User">;

export function UsersTable({ users }: { users: User[] }) {
  const { t } = useTranslation("admin-users");
  const { search } = useSearch({ from: "/inside/admin/admin/users" });
  const columns: Column<User>[] = [
    {
      key: "email",
      header: t("column.email"),
      render: ({ id, email }) => (
        <AnchorLink
          to="/admin/users"
          search={{ search, user: id }}
          inherit
          style={{ overflowWrap: "anywhere" }}
        >
          {email}
        </AnchorLink>
      ),
    },
    { key: "role", header: t("column.role"), render: ({ role }) => <RoleBadge role={role} /> },
    {
      key: "account",
      header: t("column.account"),
      render: ({ account_id }) => <Code>{account_id}</Code>,
    },
    {
      key: "created",
      header: t("column.created"),
      render: ({ created_at_ms }) => <Time ms={created_at_ms} as="date" />,
    },
    {
      key: "login",
      header: t("column.login"),
      render: ({ last_login_at_ms: ms }) => (ms ? <Time ms={ms} as="relative" /> : t("never")),
    },
  ];
  return <DataTable label={t("title")} columns={columns} rows={users} rowKey={(user) => user.id} />;
}
