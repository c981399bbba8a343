import { Skeleton, Table, UnstyledButton } from "@mantine/core";
import { IconArrowDown, IconArrowsSort, IconArrowUp } from "@tabler/icons-react";
import type { ReactNode } from "react";
import classes from "./DataTable.module.css";

const SKELETON_ROWS = 5;

export interface Column<Row> {
  key: string;
  header: string;
  render: (row: Row) => ReactNode;
  /** Figures stand at the end. */
  align?: "start" | "end";
  sortable?: boolean;
}

/** A column of figures. */
export function figureColumn<Row>(
  key: string,
  header: string,
  render: (row: Row) => ReactNode,
): Column<Row> {
  return { key, header, render, align: "end" };
}

export interface Sorting {
  key: string;
  descending: boolean;
}

/** Rows of the same kind. On a phone each row becomes a card. Put it into QueryBoundary, or pass no rows while they load. */
export function DataTable<Row>({
  label,
  columns,
  rows,
  rowKey,
  sorting,
  onSort,
}: {
  /** What the rows are, for screen readers. */
  label: string;
  columns: Column<Row>[];
  rows: Row[] | undefined;
  rowKey: (row: Row) => string;
  sorting?: Sorting | undefined;
  onSort?: (sorting: Sorting) => void;
}) {
  return (
    <div className={classes.scroll}>
      <Table
        className={classes.table}
        aria-label={label}
        aria-busy={rows === undefined}
        verticalSpacing="sm"
      >
        <Table.Thead>
          <Table.Tr>
            {columns.map((column) => (
              <ColumnHeader key={column.key} column={column} sorting={sorting} onSort={onSort} />
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows ? (
            rows.map((row) => <Line key={rowKey(row)} row={row} columns={columns} />)
          ) : (
            <Blanks columns={columns.length} />
          )}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function Line<Row>({ row, columns }: { row: Row; columns: Column<Row>[] }) {
  return (
    <Table.Tr>
      {columns.map(({ key, header, render, align }) => (
        <Table.Td key={key} ta={align ?? "start"} data-label={header}>
          {render(row)}
        </Table.Td>
      ))}
    </Table.Tr>
  );
}

/** A heading that sorts, if it may. */
export function ColumnHeader<Row>({
  column: { key, header, align, sortable },
  sorting,
  onSort,
}: {
  column: Column<Row>;
  sorting: Sorting | undefined;
  onSort: ((sorting: Sorting) => void) | undefined;
}) {
  const active = sorting?.key === key ? sorting : undefined;
  if (!sortable || !onSort) return <Table.Th ta={align ?? "start"}>{header}</Table.Th>;
  const Icon = !active ? IconArrowsSort : active.descending ? IconArrowDown : IconArrowUp;
  const order = active?.descending ? "descending" : "ascending";
  return (
    <Table.Th ta={align ?? "start"} aria-sort={active ? order : "none"}>
      <UnstyledButton
        className={classes.sort}
        onClick={() => onSort({ key, descending: active ? !active.descending : false })}
      >
        {header} <Icon size={14} />
      </UnstyledButton>
    </Table.Th>
  );
}

function Blanks({ columns }: { columns: number }) {
  return Array.from({ length: SKELETON_ROWS }, (_, row) => (
    <Table.Tr key={row}>
      <Table.Td colSpan={columns}>
        <Skeleton h={18} />
      </Table.Td>
    </Table.Tr>
  ));
}
