import { Code, Group, Table } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useUser } from "../../app/session";
import { CopyButton } from "../../components/CopyButton";
import { Time } from "../../components/Time";
import type { UserDetails } from "./data";
import { RoleBadge } from "./RoleBadge";
import { RoleSelect } from "./RoleSelect";

export function AccountFacts({ of: { user, sessions } }: { of: UserDetails }) {
  const { t } = useTranslation("admin-users");
  const me = useUser();
  // An admin who changes the own role could be the last one.
  const mayChange = me.role === "admin" && me.id !== user.id;
  return (
    <Table variant="vertical" layout="auto" withRowBorders={false}>
      <Table.Tbody>
        <Fact name={t("column.role")}>
          {mayChange ? <RoleSelect of={user} /> : <RoleBadge role={user.role} />}
        </Fact>
        <Fact name={t("details.userId")}>
          <Id text={user.id} label={t("details.copyUserId")} />
        </Fact>
        <Fact name={t("column.account")}>
          <Id text={user.account_id} label={t("details.copyAccountId")} />
        </Fact>
        {user.pending_email && <Fact name={t("details.pendingEmail")}>{user.pending_email}</Fact>}
        <Fact name={t("details.totp")}>{t(user.totp_enabled ? "details.on" : "details.off")}</Fact>
        <Fact name={t("details.sessions")}>{sessions}</Fact>
        <Fact name={t("column.created")}>
          <Time ms={user.created_at_ms} />
        </Fact>
        <Fact name={t("column.login")}>
          {user.last_login_at_ms ? <Time ms={user.last_login_at_ms} /> : t("never")}
        </Fact>
      </Table.Tbody>
    </Table>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <Table.Tr>
      <Table.Th scope="row" bg="transparent" c="dimmed" fw={400} px={0}>
        {name}
      </Table.Th>
      <Table.Td style={{ overflowWrap: "anywhere" }}>{children}</Table.Td>
    </Table.Tr>
  );
}

function Id({ text, label }: { text: string; label: string }) {
  return (
    <Group gap={4} wrap="nowrap">
      <Code>{text}</Code>
      <CopyButton text={text} label={label} />
    </Group>
  );
}
