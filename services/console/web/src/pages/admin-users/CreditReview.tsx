import { Button, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { ErrorAlert } from "../../components/ErrorAlert";
import { Money } from "../../components/Money";
import { formatUsd } from "../../lib/money";
import type { CreditValues } from "./CreditForm";
import type { UserDetails } from "./data";

/** What will be done, before it is. */
export function CreditReview({
  of: { user, wallet },
  values: { amountNano, promo, memo },
  pending,
  error,
  onBack,
  onConfirm,
}: {
  of: UserDetails;
  values: CreditValues;
  pending: boolean;
  error: unknown;
  onBack: () => void;
  onConfirm: () => void;
}) {
  const { t } = useTranslation("admin-users");
  return (
    <Stack>
      <div>
        <Money nano={amountNano} size="xl" fw={650} display="block" />
        <Text>{t(promo ? "credit.promo" : "credit.paid")}</Text>
        {memo && <Text c="dimmed">{memo}</Text>}
      </div>
      <Text style={{ overflowWrap: "anywhere" }}>
        {t("credit.review", {
          email: user.email,
          account: user.account_id,
          after: formatUsd(wallet.posted_nano + amountNano),
        })}
      </Text>
      {error ? <ErrorAlert error={error} /> : null}
      <Group justify="flex-end">
        <Button variant="default" onClick={onBack}>
          {t("credit.back")}
        </Button>
        <Button onClick={onConfirm} loading={pending} data-autofocus autoFocus>
          {t("credit.action", { amount: formatUsd(amountNano) })}
        </Button>
      </Group>
    </Stack>
  );
}
