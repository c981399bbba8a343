import { Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useTimeZone } from "../../app/session";
import type { Sorting } from "../../components/DataTable";
import { EmptyState } from "../../components/EmptyState";
import { LoadMore } from "../../components/LoadMore";
import { ButtonLink } from "../../components/links";
import { QueryBoundary } from "../../components/QueryBoundary";
import { integer } from "../../lib/numbers";
import { useKeyNames } from "../../usage/use-key-names";
import { type ColumnName, columnsOf, type LogColumn } from "./columns";
import { RecordsTable } from "./RecordsTable";
import type { LogsSearch } from "./search";
import { type UsageRecord, useRecords } from "./use-records";

/** The list, page by page. */
export function Records({
  search,
  columns: chosen,
  onOpen,
  onShowAll,
}: {
  search: LogsSearch;
  columns: ColumnName[];
  onOpen: (requestId: string) => void;
  onShowAll: () => void;
}) {
  const { t, i18n } = useTranslation("logs");
  const { keyName } = useKeyNames();
  const zone = useTimeZone();
  const records = useRecords(search);
  const [sorting, setSorting] = useState<Sorting>();
  const columns = useMemo(
    () => columnsOf(t, i18n.language, keyName).filter(({ key }) => chosen.includes(key)),
    [t, i18n.language, keyName, chosen],
  );
  const rows = useSorted(records.data, sorting, columns);
  return (
    <QueryBoundary query={records} skeleton={<Skeleton h={420} />}>
      {() =>
        rows.length === 0 ? (
          <Nothing onShowAll={onShowAll} />
        ) : (
          <Stack gap="sm">
            <Group justify="space-between" mih={28}>
              <Text size="sm" c="dimmed" role="status">
                {t(records.hasNextPage ? "loadedSome" : "loadedAll", {
                  count: rows.length,
                  number: integer(rows.length, i18n.language),
                })}
                {sorting && ` ${t("sortedLoaded")}`} {t("times", { zone })}
              </Text>
              {sorting && (
                <Button size="compact-sm" variant="subtle" onClick={() => setSorting(undefined)}>
                  {t("byTime")}
                </Button>
              )}
            </Group>
            <RecordsTable
              records={rows}
              columns={columns}
              sorting={sorting}
              onSort={setSorting}
              onOpen={onOpen}
            />
            <LoadMore query={records} />
          </Stack>
        )
      }
    </QueryBoundary>
  );
}

function useSorted(
  records: UsageRecord[] | undefined,
  sorting: Sorting | undefined,
  columns: LogColumn[],
): UsageRecord[] {
  const value = columns.find(({ key }) => key === sorting?.key)?.value;
  const sign = sorting?.descending ? -1 : 1;
  return useMemo(() => {
    if (!records || !value) return records ?? [];
    return records.toSorted((one, other) => sign * (value(one) - value(other)));
  }, [records, value, sign]);
}

function Nothing({ onShowAll }: { onShowAll: () => void }) {
  const { t } = useTranslation("logs");
  return (
    <EmptyState
      title={t("empty.title")}
      text={t("empty.text")}
      action={
        <Group mt="sm" justify="center">
          <Button variant="default" onClick={onShowAll}>
            {t("empty.reset")}
          </Button>
          <ButtonLink to="/docs/$page" params={{ page: "quickstart" }}>
            {t("empty.action")}
          </ButtonLink>
        </Group>
      }
    />
  );
}
