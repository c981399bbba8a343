import { SimpleGrid } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Figure } from "../../components/Figure";
import { formatUsd } from "../../lib/money";
import { integer, percent } from "../../lib/numbers";
import { type Row, sum, totalsOf } from "../../usage/totals";

export function Totals({ rows }: { rows: Row[] }) {
  const { t, i18n } = useTranslation("admin-usage");
  const whole = (value: number) => integer(value, i18n.language);
  const totals = totalsOf(rows);
  const requests = sum(totals, (total) => total.requests);
  const failures = sum(totals, (total) => total.failures);
  const share = percent(requests ? failures / requests : 0, i18n.language);
  return (
    <SimpleGrid cols={{ base: 2, md: 4 }}>
      <Figure label={t("total.cost")} value={formatUsd(sum(totals, (total) => total.costNano))} />
      <Figure label={t("total.requests")} value={whole(requests)} />
      <Figure label={t("total.failures")} value={t("total.share", { count: failures, share })} />
      <Figure label={t("total.tokens")} value={whole(sum(totals, (total) => total.tokens))} />
    </SimpleGrid>
  );
}
