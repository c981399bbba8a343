import { Accordion, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { FormButtons } from "../../components/FormButtons";
import { FormError } from "../../components/FormError";
import { isNetwork } from "../../lib/network";
import { useFormMutation } from "../../lib/use-form-mutation";
import type { KeyValues } from "./data";
import { LimitFields, RATES } from "./LimitFields";

const LIMITS = "limits";
const FIELDS = [
  "label",
  "models",
  "networks",
  "expires_at_ms",
  ...RATES.map((rate) => `limits.${rate}`),
];

/** A key's name and, folded away until they matter, its limits. */
export function KeyForm<Data>({
  initial,
  limitsShown = false,
  action,
  send,
  onDone,
  onCancel,
}: {
  initial: KeyValues;
  limitsShown?: boolean;
  action: string;
  send: (values: KeyValues) => Promise<Data>;
  onDone: (data: Data) => void | Promise<void>;
  onCancel: () => void;
}) {
  const { t } = useTranslation("keys");
  const [open, setOpen] = useState<string | null>(limitsShown ? LIMITS : null);
  const form = useForm<KeyValues>({
    initialValues: initial,
    transformValues: (values) => ({ ...values, label: values.label.trim() }),
    validate: {
      label: (label) => (label.trim() ? null : t("form.nameMissing")),
      networks: (networks) => {
        const wrong = networks.find((text) => !isNetwork(text));
        return wrong === undefined ? null : t("form.networkWrong", { text: wrong });
      },
      // One that has passed already may stay, as long as it is not touched.
      expires_at_ms: (ms) =>
        ms && ms !== initial.expires_at_ms && ms <= Date.now() ? t("form.expiryPast") : null,
    },
  });
  const { submit, pending, error } = useFormMutation(form, send, onDone);
  const isWrongInside = Object.keys(form.errors).some((field) => field !== "label");
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <TextInput
          label={t("form.name")}
          description={t("form.nameHelp")}
          maxLength={80}
          autoComplete="off"
          required
          data-autofocus
          {...form.getInputProps("label")}
        />
        <Accordion value={isWrongInside ? LIMITS : open} onChange={setOpen} variant="contained">
          <Accordion.Item value={LIMITS}>
            <Accordion.Control>{t("form.limits")}</Accordion.Control>
            <Accordion.Panel>
              <LimitFields form={form} />
            </Accordion.Panel>
          </Accordion.Item>
        </Accordion>
        <FormError error={error} fields={FIELDS} />
        <FormButtons action={action} pending={pending} onCancel={onCancel} />
      </Stack>
    </form>
  );
}
