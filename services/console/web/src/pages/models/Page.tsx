import { Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { modelsQuery } from "../../api/queries";
import { EmptyState } from "../../components/EmptyState";
import { PageHeader } from "../../components/PageHeader";
import { QueryBoundary } from "../../components/QueryBoundary";
import { Comparison } from "./Comparison";
import { type Model, select } from "./catalogue";
import { Filters } from "./Filters";
import { ModelDetails } from "./ModelDetails";
import { ModelsTable } from "./ModelsTable";

export default function ModelsPage() {
  const { t } = useTranslation("models");
  const catalogue = useQuery(modelsQuery);
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      <QueryBoundary query={catalogue} skeleton={<Blanks />}>
        {({ models }) => <Catalogue models={models} />}
      </QueryBoundary>
    </>
  );
}

function Catalogue({ models }: { models: Model[] }) {
  const { t } = useTranslation("models");
  const search = useSearch({ from: "/either/models" });
  const navigate = useNavigate({ from: "/models" });
  const shown = select(models, search);
  return (
    <>
      <Filters models={models} search={search} />
      <Comparison models={models} />
      <Text role="status" size="sm" c="dimmed" mb="sm">
        {t("found", { count: shown.length })}
      </Text>
      {shown.length > 0 ? (
        <ModelsTable models={shown} search={search} />
      ) : (
        <EmptyState title={t("empty.title")} text={t("empty.text")} />
      )}
      <ModelDetails
        model={models.find(({ name }) => name === search.model)}
        onClose={() =>
          void navigate({ search: { ...search, model: undefined }, resetScroll: false })
        }
      />
    </>
  );
}

function Blanks() {
  return (
    <Stack gap="xs">
      <Skeleton h={36} mb="sm" />
      {Array.from({ length: 8 }, (_, place) => (
        <Skeleton key={place} h={48} />
      ))}
    </Stack>
  );
}
