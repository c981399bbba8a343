import { Stack, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { EmptyState } from "../../components/EmptyState";
import { LoadMore } from "../../components/LoadMore";
import { PageHeader } from "../../components/PageHeader";
import { QueryBoundary } from "../../components/QueryBoundary";
import { useUsers } from "./data";
import { UsersTable } from "./UsersTable";

const route = getRouteApi("/inside/admin/admin/users");
const TYPING_MS = 250;

export function UserList() {
  const { t } = useTranslation("admin-users");
  const { search = "" } = route.useSearch();
  const navigate = useNavigate({ from: "/admin/users" });
  const users = useUsers(search);
  const look = useDebouncedCallback((text: string) => {
    void navigate({ search: { search: text.trim() || undefined }, replace: true });
  }, TYPING_MS);
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      <Stack>
        <TextInput
          type="search"
          label={t("search.label")}
          placeholder={t("search.placeholder")}
          leftSection={<IconSearch size={16} />}
          maw={400}
          autoComplete="off"
          defaultValue={search}
          onChange={(event) => look(event.currentTarget.value)}
        />
        <QueryBoundary query={users}>
          {(found) =>
            found.length ? (
              <UsersTable users={found} />
            ) : (
              <EmptyState title={t("empty.title")} text={t("empty.text")} />
            )
          }
        </QueryBoundary>
      </Stack>
      <LoadMore query={users} />
    </>
  );
}
