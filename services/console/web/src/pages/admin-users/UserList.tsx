import { Stack } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { EmptyState } from "../../components/EmptyState";
import { LoadMore } from "../../components/LoadMore";
import { PageHeader } from "../../components/PageHeader";
import { QueryBoundary } from "../../components/QueryBoundary";
import { SearchInput } from "../../components/SearchInput";
import { IN_PLACE } from "../../lib/search";
import { useFocusOnHeading } from "../../lib/use-focus-on-heading";
import { useUsers } from "./data";
import { UsersTable } from "./UsersTable";

export function UserList() {
  const { t } = useTranslation("admin-users");
  const { search = "" } = useSearch({ from: "/inside/admin/admin/users" });
  const navigate = useNavigate({ from: "/admin/users" });
  const users = useUsers(search);
  // The list and its users have one address.
  useFocusOnHeading();
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      <Stack>
        <SearchInput
          label={t("search.label")}
          placeholder={t("search.placeholder")}
          leftSection={<IconSearch size={16} />}
          maw={400}
          value={search}
          onSearch={(text) => void navigate({ search: { search: text }, ...IN_PLACE })}
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
