import { Code, Stack, Text } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Schema } from "../../api/client";
import { catalogueQuery } from "../../api/queries";
import { EmptyState } from "../../components/EmptyState";
import { PageHeader } from "../../components/PageHeader";
import { QueryBoundary } from "../../components/QueryBoundary";
import { SearchInput } from "../../components/SearchInput";
import { IN_PLACE } from "../../lib/search";
import { ModelsTable } from "./ModelsTable";
import { PricesDrawer } from "./PricesDrawer";
import type { AdminModelsSearch } from "./search";

export default function AdminModelsPage() {
  const { t } = useTranslation("admin-models");
  const catalogue = useQuery(catalogueQuery);
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      <QueryBoundary query={catalogue}>{(found) => <Catalogue of={found} />}</QueryBoundary>
    </>
  );
}

function Catalogue({ of: { version, models } }: { of: Schema<"Catalogue"> }) {
  const { t } = useTranslation("admin-models");
  const search = useSearch({ from: "/inside/admin/admin/models" });
  const navigate = useNavigate({ from: "/admin/models" });
  const wanted = (search.search ?? "").trim().toLowerCase();
  const found = models.filter(({ name, owned_by, provider, aliases }) =>
    [name, owned_by, provider, ...aliases].some((text) => text.toLowerCase().includes(wanted)),
  );
  function look(change: AdminModelsSearch): void {
    void navigate({ search: (before) => ({ ...before, ...change }), ...IN_PLACE });
  }
  return (
    <Stack>
      <SearchInput
        label={t("search.label")}
        placeholder={t("search.placeholder")}
        leftSection={<IconSearch size={16} />}
        maw={360}
        value={search.search}
        onSearch={(text) => look({ search: text })}
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
