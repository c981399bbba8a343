import { Select, SimpleGrid } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useModelNames } from "../../api/use-model-names";
import { useTimeZone } from "../../app/session";
import { SearchInput } from "../../components/SearchInput";
import { withChosen } from "../../lib/choices";
import { IN_PLACE } from "../../lib/search";
import { OUTCOMES } from "../../usage/outcomes";
import { RANGES } from "../../usage/steps";
import { USUAL_RANGE } from "./data";
import type { AdminUsageSearch } from "./search";

/** All of them are in the address. */
export function Filters({ search }: { search: AdminUsageSearch }) {
  const { t } = useTranslation(["admin-usage", "common"]);
  const zone = useTimeZone();
  const navigate = useNavigate({ from: "/admin/usage" });
  const names = useModelNames();
  function look(change: AdminUsageSearch): void {
    void navigate({
      search: (before) => ({ ...before, ...change }),
      ...IN_PLACE,
    });
  }
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, lg: 5 }} spacing="sm" style={{ alignItems: "end" }}>
      <Select
        label={t("common:range.label", { zone })}
        data={RANGES.map((value) => ({ value, label: t(`common:range.${value}`) }))}
        value={search.range ?? USUAL_RANGE}
        onChange={(range) => look({ range: range ?? undefined })}
        allowDeselect={false}
      />
      <SearchInput
        label={t("filter.account")}
        placeholder="acc_…"
        value={search.account_id}
        onSearch={(account_id) => look({ account_id })}
      />
      <Select
        label={t("filter.model")}
        placeholder={t("filter.allModels")}
        data={withChosen(names, search.model)}
        value={search.model ?? null}
        onChange={(model) => look({ model: model ?? undefined })}
        searchable
        clearable
      />
      <Select
        label={t("filter.outcomes")}
        data={OUTCOMES.map((value) => ({ value, label: t(`outcomes.${value}`) }))}
        value={search.outcomes ?? "all"}
        onChange={(outcomes) => look({ outcomes: outcomes ?? undefined })}
        allowDeselect={false}
      />
      <SearchInput
        label={t("filter.request")}
        value={search.request_id}
        onSearch={(request_id) => look({ request_id })}
      />
    </SimpleGrid>
  );
}
