import { Card, SimpleGrid, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { formatUsd } from "../../lib/money";
import { integer, percent } from "../../lib/numbers";
import { type Row, sum, totalsOf } from "../../usage/curves";

export function Totals({ rows }: { rows: Row[] }) {
  const { t, i18n } = useTranslation("admin-usage");
  const whole = (value: number) => integer(value, i18n.language);
  const totals = totalsOf(rows);
  const requests = sum(totals, (total) => total.requests);
  const failures = sum(totals, (total) => total.failures);
  const share = percent(requests ? failures / requests : 0, i18n.language);
  return (
    <SimpleGrid cols={{ base: 2, md: 4 }}>
      <Figure name={t("total.cost")} value={formatUsd(sum(totals, (total) => total.costNano))} />
      <Figure name={t("total.requests")} value={whole(requests)} />
      <Figure name={t("total.failures")} value={t("total.share", { count: failures, share })} />
      <Figure name={t("total.tokens")} value={whole(sum(totals, (total) => total.tokens))} />
    </SimpleGrid>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <Card withBorder padding="md" bg="var(--tollgate-surface)">
      <Text size="sm" c="dimmed">
        {name}
      </Text>
      <Text fw={650} size="lg" style={{ overflowWrap: "anywhere" }}>
        {value}
      </Text>
    </Card>
  );
}
