import { Table } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ColumnHeader, type Sorting } from "../../components/DataTable";
import type { LogColumn } from "./columns";
import { RecordRow } from "./RecordRow";
import classes from "./RecordsTable.module.css";
import type { UsageRecord } from "./use-records";

const ROW_PIXELS = 42;
const CARD_PIXELS = 220;
const OVERSCAN = 12;
const TIME_SHARE = 14;

/** Thousands of records: only those near the window are drawn. On a narrow screen each is a card. */
export function RecordsTable({
  records,
  columns,
  sorting,
  onSort,
  onOpen,
}: {
  records: UsageRecord[];
  columns: LogColumn[];
  sorting: Sorting | undefined;
  onSort: (sorting: Sorting) => void;
  onOpen: (requestId: string) => void;
}) {
  const { t } = useTranslation("logs");
  const table = useRef<HTMLTableElement>(null);
  const rows = useRows(table, records.length);
  const shares = columns.reduce((sum, column) => sum + column.share, TIME_SHARE);
  const width = (share: number) => ({ width: `${(100 * share) / shares}%` });
  return (
    <div className={classes.frame}>
      <Table
        ref={table}
        className={classes.table}
        aria-label={t("records")}
        aria-rowcount={records.length + 1}
      >
        <colgroup>
          <col style={width(TIME_SHARE)} />
          {columns.map(({ key, share }) => (
            <col key={key} style={width(share)} />
          ))}
        </colgroup>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("column.time")}</Table.Th>
            {columns.map((column) => (
              <ColumnHeader
                key={column.key}
                column={{ ...column, sortable: column.value !== undefined }}
                sorting={sorting}
                onSort={onSort}
              />
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          <Gap pixels={rows.before} />
          {rows.shown.map(({ index }) => {
            const record = records[index];
            return (
              record && (
                <RecordRow
                  key={record.request_id}
                  index={index}
                  record={record}
                  columns={columns}
                  measure={rows.measure}
                  onOpen={onOpen}
                />
              )
            );
          })}
          <Gap pixels={rows.after} />
        </Table.Tbody>
      </Table>
    </div>
  );
}

function useRows(table: React.RefObject<HTMLTableElement | null>, count: number) {
  const cards = useMediaQuery("(max-width: 75em)") ?? false;
  const [top, setTop] = useState(0);
  const virtual = useWindowVirtualizer({
    count,
    estimateSize: () => (cards ? CARD_PIXELS : ROW_PIXELS),
    overscan: OVERSCAN,
    scrollMargin: top,
  });
  useEffect(() => {
    const box = table.current?.getBoundingClientRect();
    setTop(box ? box.top + window.scrollY : 0);
  }, [table]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was measured is of the other shape.
  useEffect(() => virtual.measure(), [cards, virtual]);
  const shown = virtual.getVirtualItems();
  return {
    shown,
    measure: virtual.measureElement,
    before: (shown[0]?.start ?? top) - top,
    after: virtual.getTotalSize() - ((shown.at(-1)?.end ?? top) - top),
  };
}

/** Stands for rows that are not drawn. */
function Gap({ pixels }: { pixels: number }) {
  return pixels > 0 ? <tr style={{ height: pixels }} /> : null;
}
