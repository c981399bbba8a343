import { Box, SimpleGrid, Skeleton } from "@mantine/core";
import { useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { ButtonLink } from "../../components/links";
import { PageHeader } from "../../components/PageHeader";
import { QueryBoundary } from "../../components/QueryBoundary";
import type { LogsFilter } from "../../usage/curves";
import { useKeyNames } from "../../usage/use-key-names";
import { Charts } from "./Charts";
import { Controls } from "./Controls";
import { Figures } from "./Figures";
import { FirstSteps } from "./FirstSteps";
import { GroupsTable } from "./GroupsTable";
import { useUsage } from "./use-usage";

export default function DashboardPage() {
  const { t } = useTranslation("dashboard");
  const {
    range = "7d",
    group = "model",
    view = "charts",
  } = useSearch({
    from: "/inside/dashboard",
  });
  const usage = useUsage(range, group);
  const { keyName } = useKeyNames();
  // Models are called by their names.
  const nameOf = group === "key" ? keyName : (name: string) => name;
  const filterOf = (name: string): LogsFilter =>
    group === "key" ? { key_id: name } : { model: name };
  return (
    <>
      <PageHeader title={t("title")} />
      <FirstSteps />
      <Figures />
      <Controls range={range} group={group} view={view} />
      <QueryBoundary
        query={usage}
        skeleton={<Blanks />}
        empty={{
          when: ({ rows }) => rows.length === 0,
          title: t("empty.title"),
          text: t("empty.text"),
          action: (
            <ButtonLink to="/playground" mt="sm">
              {t("empty.action")}
            </ButtonLink>
          ),
        }}
      >
        {(found) => (
          <Box opacity={usage.isPlaceholderData ? 0.6 : 1} aria-busy={usage.isPlaceholderData}>
            <Charts usage={found} view={view} nameOf={nameOf} filterOf={filterOf} />
            <GroupsTable usage={found} group={group} nameOf={nameOf} filterOf={filterOf} />
          </Box>
        )}
      </QueryBoundary>
    </>
  );
}

function Blanks() {
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }}>
      {Array.from({ length: 4 }, (_, place) => (
        <Skeleton key={place} h={310} />
      ))}
    </SimpleGrid>
  );
}
