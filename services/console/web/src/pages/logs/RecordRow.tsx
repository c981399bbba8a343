import { Table, UnstyledButton } from "@mantine/core";
import { memo, type Ref } from "react";
import { useTranslation } from "react-i18next";
import { useTimeZone } from "../../app/session";
import { formatClock } from "../../lib/time";
import type { LogColumn } from "./columns";
import classes from "./RecordsTable.module.css";
import type { UsageRecord } from "./use-records";

/** One record. Scrolling draws the table many times a second: rows that stay are not drawn again. */
export const RecordRow = memo(function RecordRow({
  index,
  record,
  columns,
  measure,
  onOpen,
}: {
  index: number;
  record: UsageRecord;
  columns: LogColumn[];
  measure: Ref<HTMLTableRowElement>;
  onOpen: (requestId: string) => void;
}) {
  return (
    // The heading is the first row, and rows are counted from 1.
    <Table.Tr ref={measure} data-index={index} aria-rowindex={index + 2} className={classes.row}>
      <Table.Td className={classes.time}>
        <Opener ms={record.started_at_ms} onOpen={() => onOpen(record.request_id)} />
      </Table.Td>
      {columns.map(({ key, header, align, render }) => (
        <Table.Td key={key} data-align={align} data-label={header}>
          {render(record)}
        </Table.Td>
      ))}
    </Table.Tr>
  );
});

/** Reaches over its whole row, so that a click anywhere opens it. */
function Opener({ ms, onOpen }: { ms: number; onOpen: () => void }) {
  const { t, i18n } = useTranslation("logs");
  const time = formatClock(ms, useTimeZone(), i18n.language);
  return (
    <UnstyledButton className={classes.opener} aria-label={t("open", { time })} onClick={onOpen}>
      <time dateTime={new Date(ms).toISOString()}>{time}</time>
    </UnstyledButton>
  );
}
