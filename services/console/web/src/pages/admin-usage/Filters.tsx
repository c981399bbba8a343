import { Select, SimpleGrid, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api, call } from "../../api/client";
import { useTimeZone } from "../../app/session";
import { RANGES } from "../../usage/steps";
import { OUTCOMES } from "../logs/search";
import { USUAL_RANGE } from "./data";
import type { AdminUsageSearch } from "./search";

const TYPING_MS = 250;

/** All of them are in the address. */
export function Filters({ search }: { search: AdminUsageSearch }) {
  const { t } = useTranslation(["admin-usage", "common"]);
  const zone = useTimeZone();
  const navigate = useNavigate({ from: "/admin/usage" });
  const models = useQuery({ queryKey: ["models"], queryFn: () => call(api.GET("/api/models")) });
  const names = models.data?.models.map(({ name }) => name) ?? [];
  function look(change: AdminUsageSearch): void {
    void navigate({
      search: (before: AdminUsageSearch) => ({ ...before, ...change }),
      replace: true,
    });
  }
  const type = useDebouncedCallback(look, TYPING_MS);
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, lg: 5 }} spacing="sm">
      <Select
        label={t("common:range.label", { zone })}
        data={RANGES.map((value) => ({ value, label: t(`common:range.${value}`) }))}
        value={search.range ?? USUAL_RANGE}
        onChange={(value) => look({ range: RANGES.find((one) => one === value) })}
        allowDeselect={false}
      />
      <TextInput
        key={`account ${search.account_id ?? ""}`}
        label={t("filter.account")}
        placeholder="acc_…"
        autoComplete="off"
        defaultValue={search.account_id ?? ""}
        onChange={(event) => type({ account_id: event.currentTarget.value.trim() || undefined })}
      />
      <Select
        label={t("filter.model")}
        placeholder={t("filter.allModels")}
        // What is chosen may be no model any more.
        data={[...new Set([...names, ...(search.model ? [search.model] : [])])]}
        value={search.model ?? null}
        onChange={(model) => look({ model: model ?? undefined })}
        searchable
        clearable
      />
      <Select
        label={t("filter.outcomes")}
        data={OUTCOMES.map((value) => ({ value, label: t(`outcomes.${value}`) }))}
        value={search.outcomes ?? "all"}
        onChange={(value) => look({ outcomes: OUTCOMES.find((one) => one === value) })}
        allowDeselect={false}
      />
      <TextInput
        label={t("filter.request")}
        autoComplete="off"
        defaultValue={search.request_id ?? ""}
        onChange={(event) => type({ request_id: event.currentTarget.value.trim() || undefined })}
      />
    </SimpleGrid>
  );
}
