import { Alert, Paper, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { api, call, type Schema } from "../../api/client";
import { useTimeZone, useUser } from "../../app/session";
import { Change } from "../../components/Change";
import { Money } from "../../components/Money";
import { QueryBoundary } from "../../components/QueryBoundary";
import { integer } from "../../lib/numbers";
import { formatMonth, formatTime } from "../../lib/time";
import { type Month, utcOffsetMinutes } from "../../lib/zone";
import { totalsOf } from "../../usage/totals";
import { useKindName } from "./kinds";
import { ModelSums } from "./ModelSums";
import classes from "./Statement.module.css";
import { addsUp, beyondDebits } from "./statement";

/** One month: opening, what was gained and lost, closing; and which models the usage was of. */
export function Statement({ month }: { month: Month }) {
  const { t, i18n } = useTranslation("wallet");
  const zone = useTimeZone();
  const user = useUser();
  const statement = useStatement(month, zone);
  return (
    <Paper withBorder p="lg" className={classes.statement}>
      <Title order={2} size="h4">
        {t("statement.title", { month: formatMonth(month.fromMs, zone, i18n.language) })}
      </Title>
      <Text size="sm" c="dimmed" mb="md">
        {t("statement.of", {
          email: user.email,
          account: user.account_id,
          from: formatTime(month.fromMs, zone, i18n.language),
          to: formatTime(month.toMs, zone, i18n.language),
        })}
      </Text>
      <QueryBoundary query={statement}>
        {({ sums, models }) => (
          <Stack>
            <Sums statement={sums} />
            <ModelSums models={models} beyond={beyondDebits(models, sums)} />
          </Stack>
        )}
      </QueryBoundary>
    </Paper>
  );
}

function useStatement({ name, fromMs, toMs }: Month, zone: string) {
  const span = { from_ms: fromMs, to_ms: toMs };
  return useQuery({
    queryKey: ["wallet", "statement", name, zone],
    queryFn: async ({ signal }) => {
      const query = {
        ...span,
        step: "day" as const,
        group_by: "model" as const,
        utc_offset_minutes: utcOffsetMinutes(fromMs, zone),
      };
      const [sums, series] = await Promise.all([
        call(api.GET("/api/wallet/statement", { params: { query: span }, signal })),
        call(api.GET("/api/usage/series", { params: { query }, signal })),
      ]);
      return { sums, models: totalsOf(series.rows) };
    },
  });
}

function Sums({ statement }: { statement: Schema<"Statement"> }) {
  const { t, i18n } = useTranslation("wallet");
  const kindName = useKindName();
  return (
    <>
      <Table aria-label={t("statement.sums")}>
        <Table.Tbody>
          <Sum name={t("statement.opening")}>
            <Money nano={statement.opening_nano} />
          </Sum>
          {statement.lines.map(({ kind, entries, amount_nano }) => (
            <Table.Tr key={kind}>
              <Table.Td>
                {kindName(kind)}{" "}
                <Text span size="xs" c="dimmed">
                  {t("statement.entries", {
                    count: entries,
                    number: integer(entries, i18n.language),
                  })}
                </Text>
              </Table.Td>
              <Table.Td ta="end">
                <Change nano={amount_nano} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
        <Table.Tfoot>
          <Sum name={t("statement.closing")}>
            <Money nano={statement.closing_nano} />
          </Sum>
        </Table.Tfoot>
      </Table>
      {!addsUp(statement) && <Alert color="red">{t("statement.wrong")}</Alert>}
    </>
  );
}

function Sum({ name, children }: { name: string; children: ReactNode }) {
  return (
    <Table.Tr>
      <Table.Th scope="row">{name}</Table.Th>
      <Table.Td ta="end" fw={650}>
        {children}
      </Table.Td>
    </Table.Tr>
  );
}
