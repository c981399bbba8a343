import { Alert, Box, SimpleGrid, Skeleton, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Schema } from "../../api/client";
import { useTimeZone } from "../../app/session";
import { Figure } from "../../components/Figure";
import { ButtonLink } from "../../components/links";
import { Money } from "../../components/Money";
import { QueryBoundary } from "../../components/QueryBoundary";
import { formatUsd } from "../../lib/money";
import { integer } from "../../lib/numbers";
import { type Spending, useSpending, useWallet } from "./use-usage";

const DAYS_MAX = 1000;
const COLUMNS = { base: 1, xs: 2, lg: 4 };

/** What there is, what goes, and how long it lasts. */
export function Figures() {
  const wallet = useWallet();
  const spending = useSpending();
  return (
    <Box mb="lg">
      <QueryBoundary query={wallet} skeleton={<Blanks />}>
        {(money) => (
          <>
            <LowBalance wallet={money} />
            <QueryBoundary query={spending} skeleton={<Blanks />}>
              {(spent) => <Row wallet={money} spending={spent} />}
            </QueryBoundary>
          </>
        )}
      </QueryBoundary>
    </Box>
  );
}

function Row({ wallet, spending }: { wallet: Schema<"Wallet">; spending: Spending }) {
  const { t } = useTranslation("dashboard");
  const days = t("figures.zone", { zone: useTimeZone() });
  return (
    <SimpleGrid cols={COLUMNS}>
      <Figure label={t("figures.balance")} value={<Money nano={wallet.posted_nano} />} />
      <Figure label={t("figures.today")} value={<Money nano={spending.todayNano} />} hint={days} />
      <Figure label={t("figures.month")} value={<Money nano={spending.monthNano} />} hint={days} />
      <Figure
        label={t("figures.daysLeft")}
        value={<DaysLeft balanceNano={wallet.posted_nano} perDayNano={spending.perDayNano} />}
        hint={t("figures.daysLeftHint")}
      />
    </SimpleGrid>
  );
}

function DaysLeft({ balanceNano, perDayNano }: { balanceNano: number; perDayNano: number }) {
  const { t, i18n } = useTranslation("dashboard");
  if (perDayNano === 0) return t("figures.none");
  const days = Math.max(0, Math.floor(balanceNano / perDayNano));
  if (days > DAYS_MAX) {
    return t("figures.manyDays", { days: integer(DAYS_MAX, i18n.language) });
  }
  return t("figures.days", { count: days });
}

function LowBalance({ wallet }: { wallet: Schema<"Wallet"> }) {
  const { t } = useTranslation("dashboard");
  if (wallet.posted_nano >= wallet.low_balance_nano) return null;
  return (
    <Alert color="amber" icon={<IconAlertTriangle />} title={t("low.title")} mb="lg">
      <Text size="sm" mb="sm">
        {t("low.text", {
          balance: formatUsd(wallet.posted_nano),
          limit: formatUsd(wallet.low_balance_nano),
        })}
      </Text>
      <ButtonLink to="/wallet" size="xs">
        {t("low.action")}
      </ButtonLink>
    </Alert>
  );
}

function Blanks() {
  return (
    <SimpleGrid cols={COLUMNS}>
      {Array.from({ length: 4 }, (_, place) => (
        <Skeleton key={place} h={98} />
      ))}
    </SimpleGrid>
  );
}
