import { Button, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, call } from "../../api/client";
import { CheckMail } from "../../components/CheckMail";
import { FormError } from "../../components/FormError";
import { FormPage } from "../../components/FormPage";
import { AnchorLink } from "../../components/links";
import { useFormMutation } from "../../lib/use-form-mutation";
import { useRules } from "../../lib/use-rules";

async function askForLink(written: string): Promise<string> {
  const email = written.trim();
  await call(api.POST("/api/password-reset-request", { body: { email } }));
  return email;
}

export default function ForgotPasswordPage() {
  const { t } = useTranslation("forgot-password");
  const [mailed, setMailed] = useState("");
  if (mailed) {
    return <CheckMail text={t("mailed", { email: mailed })} again={() => askForLink(mailed)} />;
  }
  return (
    <FormPage
      title={t("title")}
      description={t("description")}
      below={<AnchorLink to="/login">{t("back")}</AnchorLink>}
    >
      <EmailForm onMailed={setMailed} />
    </FormPage>
  );
}

function EmailForm({ onMailed }: { onMailed: (email: string) => void }) {
  const { t } = useTranslation("forgot-password");
  const rules = useRules();
  const form = useForm({
    initialValues: { email: "" },
    validate: { email: rules.email },
  });
  const send = ({ email }: { email: string }) => askForLink(email);
  const { submit, pending, error } = useFormMutation(form, send, onMailed);
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <TextInput
          label={t("email")}
          type="email"
          autoComplete="username"
          autoFocus
          {...form.getInputProps("email")}
        />
        <FormError error={error} fields={["email"]} />
        <Button type="submit" loading={pending}>
          {t("submit")}
        </Button>
      </Stack>
    </form>
  );
}
