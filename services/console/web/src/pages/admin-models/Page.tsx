import { Code, Stack, Text, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api, call, type Schema } from "../../api/client";
import { EmptyState } from "../../components/EmptyState";
import { PageHeader } from "../../components/PageHeader";
import { QueryBoundary } from "../../components/QueryBoundary";
import { ModelsTable } from "./ModelsTable";
import { PricesDrawer } from "./PricesDrawer";
import type { AdminModelsSearch } from "./search";

const route = getRouteApi("/inside/admin/admin/models");

export default function AdminModelsPage() {
  const { t } = useTranslation("admin-models");
  const catalogue = useQuery({
    queryKey: ["admin", "models"],
    queryFn: () => call(api.GET("/api/admin/models")),
  });
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      <QueryBoundary query={catalogue}>{(found) => <Catalogue of={found} />}</QueryBoundary>
    </>
  );
}

function Catalogue({ of: { version, models } }: { of: Schema<"Catalogue"> }) {
  const { t } = useTranslation("admin-models");
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/admin/models" });
  const wanted = (search.search ?? "").trim().toLowerCase();
  const found = models.filter(({ name, owned_by, aliases }) =>
    [name, owned_by, ...aliases].some((text) => text.toLowerCase().includes(wanted)),
  );
  function look(change: AdminModelsSearch): void {
    void navigate({ search: { ...search, ...change }, replace: true });
  }
  return (
    <Stack>
      <TextInput
        type="search"
        label={t("search.label")}
        placeholder={t("search.placeholder")}
        leftSection={<IconSearch size={16} />}
        maw={360}
        autoComplete="off"
        value={search.search ?? ""}
        onChange={(event) => look({ search: event.currentTarget.value || undefined })}
      />
      {found.length ? (
        <ModelsTable models={found} onOpen={(model) => look({ model })} />
      ) : (
        <EmptyState title={t("empty.title")} text={t("empty.text")} />
      )}
      <Text size="sm" c="dimmed">
        {t("version")} <Code>{version}</Code>
      </Text>
      <PricesDrawer
        model={models.find(({ name }) => name === search.model)}
        onClose={() => look({ model: undefined })}
      />
    </Stack>
  );
}
