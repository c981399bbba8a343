import { Stack, Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schema } from "../../api/client";
import { formatUsd } from "../../lib/money";
import { integer } from "../../lib/numbers";
import classes from "./BillTable.module.css";
import { type Bill, billOf, FEMTO, type Line } from "./receipt";
import type { UsageRecord } from "./use-records";

// Figures stand below each other, to the nano-dollar.
const NANO = { decimalsMin: 9 };
const amount = (femto: bigint) => formatUsd(femto, { ...FEMTO, ...NANO });

/** What a request cost: units times prices, exactly, and the rounding. */
export function BillTable({
  record,
  price,
}: {
  record: UsageRecord;
  price: Schema<"Price"> | null;
}) {
  const { t } = useTranslation("logs");
  const bill = price && billOf(record.units, price);
  return (
    <Stack gap="xs">
      <Table className={classes.bill} aria-label={t("bill.title")}>
        <Table.Tbody>
          {bill?.lines.map((line) => (
            <BillLine key={line.bucket} line={line} />
          ))}
          {bill && bill.lines.length > 0 && (
            <Sum name={t("bill.sum")} amount={amount(bill.sumFemto)} />
          )}
        </Table.Tbody>
        <Table.Tfoot>
          <Sum name={t("bill.debited")} amount={formatUsd(record.cost_nano, NANO)} />
        </Table.Tfoot>
      </Table>
      <Text size="xs" c="dimmed">
        {t(`bill.${howBilled(record, bill)}`)} {t("bill.standIns")}
        {record.estimated && ` ${t("bill.estimated")}`}
      </Text>
      {record.price_version && (
        <Text size="xs" c="dimmed">
          {t("bill.priceVersion")} <code>{record.price_version}</code>
        </Text>
      )}
    </Stack>
  );
}

function howBilled(record: UsageRecord, bill: Bill | null) {
  if (record.cost_nano === 0) return "nothing";
  return bill ? "rounding" : "unknownPrice";
}

function BillLine({ line }: { line: Line }) {
  const { t, i18n } = useTranslation("logs");
  return (
    <Table.Tr>
      <Table.Td>
        {t(`bucket.${line.bucket}`)}
        <Text size="xs" c="dimmed">
          {t("bill.product", {
            units: integer(line.units, i18n.language),
            price: formatUsd(line.rateNano),
          })}
        </Text>
      </Table.Td>
      <Table.Td ta="end">{amount(line.amountFemto)}</Table.Td>
    </Table.Tr>
  );
}

function Sum({ name, amount }: { name: string; amount: string }) {
  return (
    <Table.Tr>
      <Table.Th scope="row">{name}</Table.Th>
      <Table.Td ta="end" fw={650}>
        {amount}
      </Table.Td>
    </Table.Tr>
  );
}
