import { Stack, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api, call } from "../../api/client";
import { LoadMore } from "../../components/LoadMore";
import { PageHeader } from "../../components/PageHeader";
import { QueryBoundary } from "../../components/QueryBoundary";
import { AuditTable } from "./AuditTable";

const route = getRouteApi("/inside/admin/admin/audit");
const TYPING_MS = 250;

export default function AdminAuditPage() {
  const { t } = useTranslation("admin-audit");
  const { user_id = "" } = route.useSearch();
  const navigate = useNavigate({ from: "/admin/audit" });
  const entries = useEntries(user_id);
  const look = useDebouncedCallback((text: string) => {
    void navigate({ search: { user_id: text.trim() || undefined }, replace: true });
  }, TYPING_MS);
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      <Stack>
        <TextInput
          type="search"
          label={t("filter.user")}
          description={t("filter.help")}
          placeholder="usr_…"
          maw={400}
          autoComplete="off"
          defaultValue={user_id}
          onChange={(event) => look(event.currentTarget.value)}
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
