import { Alert, Group, SimpleGrid, Skeleton, Stack, Text } from "@mantine/core";
import { IconCoins } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { walletQuery } from "../../api/queries";
import { Figure } from "../../components/Figure";
import { AnchorLink } from "../../components/links";
import { Money } from "../../components/Money";
import { QueryBoundary } from "../../components/QueryBoundary";
import { formatUsd } from "../../lib/money";

/** What is there, what it is made of, and how it becomes more. */
export function Balance() {
  const { t } = useTranslation("wallet");
  const wallet = useQuery(walletQuery);
  return (
    <Stack gap="sm" data-print="never">
      <QueryBoundary query={wallet} skeleton={<Skeleton h={188} />}>
        {(money) => (
          <>
            <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="sm">
              <Figure
                label={t("posted")}
                value={<Money nano={money.posted_nano} />}
                hint={t("postedNote")}
              />
              <Figure
                label={t("leased")}
                value={<Money nano={money.leased_nano} />}
                hint={t("leasedNote")}
              />
              <Figure
                label={t("available")}
                value={<Money nano={money.available_nano} />}
                hint={t("availableNote")}
              />
            </SimpleGrid>
            <Group gap="sm" justify="space-between">
              <Total name={t("credited")}>
                <Money nano={money.credited_nano} />
              </Total>
              <Total name={t("used")}>
                <Money nano={money.used_nano} />
              </Total>
              <Total name={t("lowBalance")}>
                {money.low_balance_nano
                  ? t("below", { amount: formatUsd(money.low_balance_nano) })
                  : t("off")}{" "}
                <AnchorLink inherit to="/settings">
                  {t("change")}
                </AnchorLink>
              </Total>
            </Group>
          </>
        )}
      </QueryBoundary>
      <Alert icon={<IconCoins />} title={t("credit.title")} color="petrol">
        {t("credit.text")}
      </Alert>
    </Stack>
  );
}

function Total({ name, children }: { name: string; children: ReactNode }) {
  return (
    <Text size="sm" component="div">
      <Text span inherit c="dimmed">
        {name}
      </Text>{" "}
      {children}
    </Text>
  );
}
