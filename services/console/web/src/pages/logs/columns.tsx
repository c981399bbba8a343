import { Text } from "@mantine/core";
import type { TFunction } from "i18next";
import type { ReactNode } from "react";
import { Money } from "../../components/Money";
import { duration, integer } from "../../lib/numbers";
import { OutcomeBadge } from "../../usage/OutcomeBadge";
import { tokensIn, tokensOut } from "../../usage/units";
import type { UsageRecord } from "./use-records";

export const COLUMNS = [
  "key",
  "model",
  "operation",
  "outcome",
  "tokensIn",
  "tokensOut",
  "cost",
  "firstByte",
  "duration",
  "agent",
  "requestId",
] as const;

export type ColumnName = (typeof COLUMNS)[number];

export const USUAL_COLUMNS: ColumnName[] = COLUMNS.filter(
  (name) => name !== "operation" && name !== "agent" && name !== "requestId",
);

export interface LogColumn {
  key: ColumnName;
  header: string;
  /** Its share of the table's width. */
  share: number;
  align: "start" | "end";
  render: (record: UsageRecord) => ReactNode;
  /** By what the loaded rows can be sorted. */
  value?: (record: UsageRecord) => number;
}

export function columnsOf(
  t: TFunction<"logs">,
  language: string,
  keyName: (id: string) => string,
): LogColumn[] {
  const count = (units: number) => integer(units, language);
  const text = (key: ColumnName, share: number, render: LogColumn["render"]): LogColumn => ({
    key,
    header: t(`column.${key}`),
    share,
    align: "start",
    render,
  });
  const figure = (...[key, share, render]: Parameters<typeof text>): LogColumn => ({
    ...text(key, share, render),
    align: "end",
  });
  return [
    text("key", 12, ({ key_id }) => keyName(key_id)),
    text("model", 15, ({ model }) => model),
    text("operation", 11, ({ operation }) => operation),
    text("outcome", 13, (record) => <OutcomeBadge record={record} />),
    figure("tokensIn", 11, ({ units }) => (
      <Count
        total={count(tokensIn(units))}
        part={units.cached_read && t("cached", { tokens: count(units.cached_read) })}
      />
    )),
    figure("tokensOut", 13, ({ units }) => (
      <Count
        total={count(tokensOut(units))}
        part={units.reasoning && t("reasoning", { tokens: count(units.reasoning) })}
      />
    )),
    {
      ...figure("cost", 13, ({ cost_nano }) => <Money nano={cost_nano} decimalsMin={6} />),
      value: (record) => record.cost_nano,
    },
    figure("firstByte", 9, ({ first_byte_ms }) => (first_byte_ms ? duration(first_byte_ms) : "–")),
    {
      ...figure("duration", 10, ({ duration_ms }) => duration(duration_ms)),
      value: (record) => record.duration_ms,
    },
    text("agent", 12, ({ agent }) => agent || "–"),
    text("requestId", 27, ({ request_id }) => <code>{request_id}</code>),
  ];
}

function Count({ total, part }: { total: string; part: ReactNode }) {
  return (
    <>
      {total}
      {part ? (
        <Text span inherit display="block" size="xs" c="dimmed">
          {part}
        </Text>
      ) : null}
    </>
  );
}
