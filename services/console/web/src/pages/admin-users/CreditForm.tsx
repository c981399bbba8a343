import { Radio, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useTranslation } from "react-i18next";
import { FormButtons } from "../../components/FormButtons";
import { formatUsd, parseUsd } from "../../lib/money";

export interface CreditValues {
  amountNano: number;
  promo: boolean;
  memo: string;
}

export const EMPTY: CreditValues = { amountNano: 0, promo: false, memo: "" };
const PAID = "paid";
const PROMO = "promo";

export function CreditForm({
  initial,
  onNext,
  onCancel,
}: {
  initial: CreditValues;
  onNext: (values: CreditValues) => void;
  onCancel: () => void;
}) {
  const { t } = useTranslation("admin-users");
  const form = useForm({
    initialValues: {
      amount: initial.amountNano ? formatUsd(initial.amountNano) : "",
      kind: initial.promo ? PROMO : PAID,
      memo: initial.memo,
    },
    validate: { amount: (text) => ((parseUsd(text) ?? 0) > 0 ? null : t("credit.noAmount")) },
  });
  const next = form.onSubmit(({ amount, kind, memo }) =>
    onNext({ amountNano: parseUsd(amount) ?? 0, promo: kind === PROMO, memo: memo.trim() }),
  );
  return (
    <form onSubmit={next} noValidate>
      <Stack>
        <TextInput
          label={t("credit.amount")}
          inputMode="decimal"
          placeholder="25.00"
          autoComplete="off"
          required
          data-autofocus
          {...form.getInputProps("amount")}
        />
        <Radio.Group label={t("credit.kind")} {...form.getInputProps("kind")}>
          <Stack gap={6} mt={4}>
            <Radio value={PAID} label={t("credit.paid")} />
            <Radio value={PROMO} label={t("credit.promo")} />
          </Stack>
        </Radio.Group>
        <TextInput
          label={t("credit.memo")}
          description={t("credit.memoHelp")}
          maxLength={200}
          autoComplete="off"
          {...form.getInputProps("memo")}
        />
        <FormButtons action={t("credit.next")} pending={false} onCancel={onCancel} />
      </Stack>
    </form>
  );
}
