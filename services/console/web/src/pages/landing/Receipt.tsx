import { Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Money } from "../../components/Money";
import { formatUsd } from "../../lib/money";
import classes from "./landing.module.css";

const PER_MILLION = 1_000_000;
const BEFORE_NANO = 10_000_000_000;
// Tokens, and nano-dollars for a million of them.
const LINES = [
  { bucket: "input", tokens: 204, priceNano: 300_000_000 },
  { bucket: "cached", tokens: 1000, priceNano: 30_000_000 },
  { bucket: "output", tokens: 356, priceNano: 1_200_000_000 },
] as const;
const COST_NANO = LINES.reduce((sum, line) => sum + costOf(line), 0);

/** How one answer is debited, by an example whose figures add up. */
export function Receipt() {
  const { t } = useTranslation("landing");
  return (
    <div className={classes.receipt}>
      <Group justify="space-between" mb="xs">
        <Text fw={650}>{t("receipt.title")}</Text>
        <Text size="xs" c="dimmed">
          {t("receipt.example")}
        </Text>
      </Group>
      <dl>
        {LINES.map((line) => (
          <Line
            key={line.bucket}
            label={t(`receipt.${line.bucket}`, {
              tokens: line.tokens,
              price: formatUsd(line.priceNano),
            })}
            nano={costOf(line)}
          />
        ))}
        <Line label={t("receipt.debit")} nano={COST_NANO} total />
        <Line label={t("receipt.before")} nano={BEFORE_NANO} />
        <Line label={t("receipt.after")} nano={BEFORE_NANO - COST_NANO} />
      </dl>
    </div>
  );
}

function Line({ label, nano, total = false }: { label: string; nano: number; total?: boolean }) {
  return (
    <div className={total ? `${classes.line} ${classes.total}` : classes.line}>
      <dt>{label}</dt>
      <dd>
        <Money nano={nano} />
      </dd>
    </div>
  );
}

function costOf({ tokens, priceNano }: { tokens: number; priceNano: number }): number {
  return (tokens * priceNano) / PER_MILLION;
}
