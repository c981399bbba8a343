import { Button, Group, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, call } from "../../api/client";
import { walletQuery } from "../../api/queries";
import { FormError } from "../../components/FormError";
import { QueryBoundary } from "../../components/QueryBoundary";
import { formatUsd, parseUsd } from "../../lib/money";
import { useFormMutation } from "../../lib/use-form-mutation";
import { Section } from "./Section";

export function LowBalanceSection() {
  const { t } = useTranslation("settings");
  const wallet = useQuery(walletQuery);
  return (
    <Section title={t("lowBalance.title")} text={t("lowBalance.text")}>
      <QueryBoundary query={wallet}>
        {({ low_balance_nano }) => <LimitForm nano={low_balance_nano} />}
      </QueryBoundary>
    </Section>
  );
}

function LimitForm({ nano }: { nano: number }) {
  const { t } = useTranslation("settings");
  const client = useQueryClient();
  const form = useForm({
    initialValues: { low_balance_nano: nano ? formatUsd(nano).replace("$", "") : "" },
    validate: {
      low_balance_nano: (usd) => (nanoOf(usd) === null ? t("lowBalance.wrong") : null),
    },
  });
  const { submit, pending, error } = useFormMutation(
    form,
    ({ low_balance_nano: usd }) =>
      call(api.PUT("/api/wallet/low-balance", { body: { low_balance_nano: nanoOf(usd) ?? 0 } })),
    (wallet) => {
      client.setQueryData(walletQuery.queryKey, wallet);
      notifications.show({ message: t("saved") });
    },
  );
  return (
    <form onSubmit={submit} noValidate>
      <TextInput
        label={t("lowBalance.limit")}
        description={t("lowBalance.help")}
        leftSection="$"
        inputMode="decimal"
        autoComplete="off"
        placeholder={t("lowBalance.never")}
        {...form.getInputProps("low_balance_nano")}
      />
      <FormError error={error} fields={["low_balance_nano"]} />
      <Group mt="md">
        <Button type="submit" loading={pending}>
          {t("save")}
        </Button>
      </Group>
    </form>
  );
}

/** Nothing is never, which is 0; null when it is no amount. */
function nanoOf(usd: string): number | null {
  const nano = usd.trim() ? parseUsd(usd) : 0;
  return nano === null || nano < 0 ? null : nano;
}
