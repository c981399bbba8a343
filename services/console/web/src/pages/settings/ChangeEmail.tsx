import { Modal, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, call } from "../../api/client";
import { FormButtons } from "../../components/FormButtons";
import { FormError } from "../../components/FormError";
import { SecretInput } from "../../components/SecretInput";
import { useFormMutation } from "../../lib/use-form-mutation";
import { useRules } from "../../lib/use-rules";

/** Asks for the address to come, which counts only when its owner has confirmed it. */
export function ChangeEmail({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation("settings");
  return (
    <Modal opened={opened} onClose={onClose} title={t("email.change")}>
      <EmailForm onClose={onClose} />
    </Modal>
  );
}

function EmailForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(["settings", "common"]);
  const client = useQueryClient();
  const rules = useRules();
  const form = useForm({
    initialValues: { email: "", password: "" },
    transformValues: ({ email, password }) => ({ email: email.trim(), password }),
    validate: { email: rules.email, password: rules.password },
  });
  const { submit, pending, error } = useFormMutation(
    form,
    (body) => call(api.POST("/api/profile/email", { body })),
    async () => {
      await client.invalidateQueries({ queryKey: ["session"] });
      notifications.show({ title: t("common:mail.title"), message: t("email.sent") });
      onClose();
    },
  );
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Text size="sm">{t("email.text")}</Text>
        <TextInput
          label={t("email.new")}
          type="email"
          autoComplete="email"
          data-autofocus
          {...form.getInputProps("email")}
        />
        <SecretInput
          label={t("password.current")}
          autoComplete="current-password"
          {...form.getInputProps("password")}
        />
        <FormError error={error} fields={["email", "password"]} />
        <FormButtons action={t("email.action")} pending={pending} onCancel={onClose} />
      </Stack>
    </form>
  );
}
