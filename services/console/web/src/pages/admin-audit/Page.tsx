import { Stack } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api, call } from "../../api/client";
import { AuditTable } from "../../components/AuditTable";
import { LoadMore } from "../../components/LoadMore";
import { PageHeader } from "../../components/PageHeader";
import { QueryBoundary } from "../../components/QueryBoundary";
import { SearchInput } from "../../components/SearchInput";
import { IN_PLACE } from "../../lib/search";

export default function AdminAuditPage() {
  const { t } = useTranslation("admin-audit");
  const { user_id = "" } = useSearch({ from: "/inside/admin/admin/audit" });
  const navigate = useNavigate({ from: "/admin/audit" });
  const entries = useEntries(user_id);
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      <Stack>
        <SearchInput
          label={t("filter.user")}
          description={t("filter.help")}
          placeholder="usr_…"
          maw={400}
          value={user_id}
          onSearch={(text) => void navigate({ search: { user_id: text }, ...IN_PLACE })}
        />
        <QueryBoundary query={entries}>{(found) => <AuditTable entries={found} />}</QueryBoundary>
      </Stack>
      <LoadMore query={entries} />
    </>
  );
}

function useEntries(user_id: string) {
  return useInfiniteQuery({
    queryKey: ["admin", "audit", user_id],
    queryFn: ({ pageParam, signal }) =>
      call(
        api.GET("/api/admin/audit", {
          params: { query: { user_id, page_token: pageParam } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_page_token || undefined,
    select: (data) => data.pages.flatMap((page) => page.entries),
  });
}
