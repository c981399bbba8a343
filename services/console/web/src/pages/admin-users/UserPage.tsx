import { Card, SimpleGrid, Stack, Title } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useUser } from "../../app/session";
import { AuditTable } from "../../components/AuditTable";
import { AnchorLink, ButtonLink } from "../../components/links";
import { PageHeader } from "../../components/PageHeader";
import { QueryBoundary } from "../../components/QueryBoundary";
import { useFocusOnHeading } from "../../lib/use-focus-on-heading";
import { AccountEntries } from "./AccountEntries";
import { AccountFacts } from "./AccountFacts";
import { AccountKeys } from "./AccountKeys";
import { AccountWallet } from "./AccountWallet";
import { DeleteUser } from "./DeleteUser";
import { type UserDetails, useUserDetails } from "./data";

/** One user, instead of the list. */
export function UserPage({ userId }: { userId: string }) {
  const { t } = useTranslation("admin-users");
  const { search } = useSearch({ from: "/inside/admin/admin/users" });
  const details = useUserDetails(userId);
  // The list and its users have one address.
  useFocusOnHeading();
  const back = (
    <ButtonLink
      to="/admin/users"
      search={{ search }}
      variant="default"
      leftSection={<IconArrowLeft size={16} />}
    >
      {t("details.back")}
    </ButtonLink>
  );
  return (
    <>
      <PageHeader title={details.data?.user.email ?? t("details.title")} actions={back} />
      <QueryBoundary query={details}>{(found) => <Details of={found} />}</QueryBoundary>
    </>
  );
}

function Details({ of: details }: { of: UserDetails }) {
  const { t } = useTranslation("admin-users");
  const me = useUser();
  const { user, keys, audit } = details;
  return (
    <Stack gap="xl">
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Section title={t("details.user")}>
          <AccountFacts of={details} />
        </Section>
        <Section title={t("wallet.title")}>
          <AccountWallet of={details} mayCredit={me.role === "admin"} />
        </Section>
      </SimpleGrid>
      <Section title={t("entries.title")} plain>
        <AccountEntries accountId={user.account_id} />
      </Section>
      <Section title={t("keys.title")} plain>
        <AccountKeys keys={keys} />
      </Section>
      <Section title={t("audit.title")} plain>
        <AuditTable entries={audit} />
        <AnchorLink to="/admin/audit" search={{ user_id: user.id }} size="sm" mt="sm">
          {t("audit.all")}
        </AnchorLink>
      </Section>
      {me.role === "admin" && me.id !== user.id && (
        <Section title={t("delete.title")}>
          <DeleteUser of={user} />
        </Section>
      )}
    </Stack>
  );
}

function Section({
  title,
  plain = false,
  children,
}: {
  title: string;
  /** What has a border of its own. */
  plain?: boolean;
  children: ReactNode;
}) {
  const inside = (
    <>
      <Title order={2} size="h4" mb="sm">
        {title}
      </Title>
      {children}
    </>
  );
  if (plain) return <section>{inside}</section>;
  return (
    <Card component="section" withBorder bg="var(--tollgate-surface)" padding="lg">
      {inside}
    </Card>
  );
}
