import { List, Modal, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api, call } from "../../api/client";
import { walletQuery } from "../../api/queries";
import { forgetUser, useUser } from "../../app/session";
import { FormButtons } from "../../components/FormButtons";
import { FormError } from "../../components/FormError";
import { formatUsd } from "../../lib/money";
import { useFormMutation } from "../../lib/use-form-mutation";
import { useRules } from "../../lib/use-rules";
import { type Proof, ProofInputs } from "./Proof";

/** Says what is lost and what stays, and asks for every proof there is. */
export function DeleteAccount({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation("settings");
  return (
    <Modal opened={opened} onClose={onClose} title={t("danger.title")}>
      <DeleteForm onClose={onClose} />
    </Modal>
  );
}

function DeleteForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("settings");
  const user = useUser();
  const navigate = useNavigate();
  const rules = useRules();
  const form = useForm<Proof & { email: string }>({
    initialValues: { email: "", password: "", code: "" },
    validate: {
      email: (email) => (email.trim().toLowerCase() === user.email ? null : t("danger.emailWrong")),
      password: rules.password,
      code: (code) => (user.totp_enabled ? rules.code(code) : null),
    },
  });
  const { submit, pending, error } = useFormMutation(
    form,
    ({ password, code }) =>
      call(api.POST("/api/profile/deletion", { body: { password, code: code.trim() } })),
    () => forgetUser(() => navigate({ to: "/" })),
  );
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Consequences />
        <ProofInputs form={form} />
        <TextInput
          label={t("danger.email", { email: user.email })}
          autoComplete="off"
          {...form.getInputProps("email")}
        />
        <FormError error={error} fields={["password", "code"]} />
        <FormButtons action={t("danger.action")} danger pending={pending} onCancel={onClose} />
      </Stack>
    </form>
  );
}

function Consequences() {
  const { t } = useTranslation("settings");
  const { data } = useQuery(walletQuery);
  const left = data && data.posted_nano > 0 ? formatUsd(data.posted_nano) : null;
  return (
    <List size="sm" spacing={4}>
      <List.Item>{t("danger.keys")}</List.Item>
      <List.Item>{left ? t("danger.creditOf", { amount: left }) : t("danger.credit")}</List.Item>
      <List.Item>{t("danger.stays")}</List.Item>
    </List>
  );
}
