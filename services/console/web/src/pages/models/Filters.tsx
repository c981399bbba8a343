import { Button, Group, NativeSelect } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { SearchInput } from "../../components/SearchInput";
import { IN_PLACE } from "../../lib/search";
import { type Model, OPERATIONS } from "./catalogue";
import { MEDIA, type ModelsSearch, ORDERS, readModelsSearch } from "./search";
import { vendorName } from "./vendors";

/** What is shown and in which order: all of it in the address. */
export function Filters({ models, search }: { models: Model[]; search: ModelsSearch }) {
  const { t } = useTranslation("models");
  const navigate = useNavigate({ from: "/models" });
  function change(filters: Record<string, string>): void {
    const chosen = readModelsSearch({ ...search, ...filters });
    void navigate({ search: chosen, ...IN_PLACE });
  }
  function choice(
    name: "vendor" | "operation" | "takes",
    first: string,
    choices: [string, string][],
  ) {
    return (
      <NativeSelect
        aria-label={t(`filters.${name}`)}
        data={[{ value: "", label: first }, ...choices.map(([value, label]) => ({ value, label }))]}
        value={search[name] ?? ""}
        onChange={(event) => change({ [name]: event.currentTarget.value })}
      />
    );
  }
  const vendors = [...new Set(models.map((model) => model.owned_by))].sort();
  const { q, vendor, operation, takes } = search;
  return (
    <Group mb="md" gap="sm">
      <SearchInput
        aria-label={t("filters.q")}
        placeholder={t("filters.q")}
        leftSection={<IconSearch size={16} />}
        value={q}
        onSearch={(text = "") => change({ q: text })}
        flex="1 1 200px"
      />
      {choice(
        "vendor",
        t("filters.anyVendor"),
        vendors.map((owner) => [owner, vendorName(owner)]),
      )}
      {choice(
        "operation",
        t("filters.anyOperation"),
        OPERATIONS.map((name) => [name, t(`operations.${name}`)]),
      )}
      {choice(
        "takes",
        t("filters.anyInput"),
        MEDIA.map((medium) => [medium, t(`takes.${medium}`)]),
      )}
      <NativeSelect
        aria-label={t("filters.order")}
        data={ORDERS.map((order) => ({ value: order, label: t(`orders.${order}`) }))}
        value={search.order ?? "name"}
        onChange={(event) => change({ order: event.currentTarget.value })}
      />
      {(q || vendor || operation || takes) && (
        <Button
          variant="subtle"
          onClick={() => change({ q: "", vendor: "", operation: "", takes: "" })}
        >
          {t("filters.clear")}
        </Button>
      )}
    </Group>
  );
}
