import { Button, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api, call } from "../../api/client";
import { forgetUser } from "../../app/session";
import { DeadLink, isDeadLink } from "../../components/DeadLink";
import { FormError } from "../../components/FormError";
import { FormPage } from "../../components/FormPage";
import { ButtonLink } from "../../components/links";
import { NewPasswordInput } from "../../components/NewPasswordInput";
import { useFormMutation } from "../../lib/use-form-mutation";
import { useMailedToken } from "../../lib/use-mailed-token";
import { useRules } from "../../lib/use-rules";

export default function ResetPasswordPage() {
  const { t } = useTranslation("reset-password");
  const token = useMailedToken();
  const navigate = useNavigate();
  const rules = useRules();
  const form = useForm({
    initialValues: { password: "" },
    validate: { password: rules.newPassword },
  });
  const { submit, pending, error } = useFormMutation(
    form,
    ({ password }) => call(api.POST("/api/password-reset", { body: { token, password } })),
    // Every session of the user has ended.
    () =>
      forgetUser(() => navigate({ to: "/login", state: { passwordIsSet: true }, replace: true })),
  );
  if (!token || isDeadLink(error)) {
    return (
      <DeadLink text={t("dead")}>
        <ButtonLink to="/forgot-password">{t("again")}</ButtonLink>
      </DeadLink>
    );
  }
  return (
    <FormPage title={t("title")} description={t("description")}>
      <form onSubmit={submit} noValidate>
        <Stack>
          <NewPasswordInput
            label={t("password")}
            autoFocus
            {...form.getInputProps("password")}
            value={form.values.password}
          />
          <FormError error={error} fields={["password"]} />
          <Button type="submit" loading={pending}>
            {t("submit")}
          </Button>
        </Stack>
      </form>
    </FormPage>
  );
}
