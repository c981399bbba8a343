import { Button, Group, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, call } from "../../api/client";
import { sessionsQuery } from "../../api/queries";
import { useUser } from "../../app/session";
import { FormError } from "../../components/FormError";
import { NewPasswordInput } from "../../components/NewPasswordInput";
import { SecretInput } from "../../components/SecretInput";
import { useFormMutation } from "../../lib/use-form-mutation";
import { useRules } from "../../lib/use-rules";
import { Section } from "./Section";

export function PasswordSection() {
  const { t } = useTranslation("settings");
  return (
    <Section title={t("password.title")} text={t("password.text")}>
      <PasswordForm />
    </Section>
  );
}

function PasswordForm() {
  const { t } = useTranslation("settings");
  const { email } = useUser();
  const client = useQueryClient();
  const rules = useRules();
  const form = useForm({
    initialValues: { password: "", new_password: "" },
    validate: { password: rules.password, new_password: rules.newPassword },
  });
  const { submit, pending, error } = useFormMutation(
    form,
    (body) => call(api.POST("/api/profile/password", { body })),
    async () => {
      form.reset();
      notifications.show({ title: t("password.changed"), message: t("password.changedText") });
      await client.invalidateQueries({ queryKey: sessionsQuery.queryKey });
    },
  );
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        {/* Tells password managers whose password it is. */}
        <input hidden readOnly autoComplete="username" value={email} />
        <SecretInput
          label={t("password.current")}
          autoComplete="current-password"
          {...form.getInputProps("password")}
        />
        <NewPasswordInput
          label={t("password.new")}
          email={email}
          {...form.getInputProps("new_password")}
          value={form.values.new_password}
        />
        <FormError error={error} fields={["password", "new_password"]} />
        <Group>
          <Button type="submit" loading={pending}>
            {t("password.action")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
