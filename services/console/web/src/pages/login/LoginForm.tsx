import { Alert, Button, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, call } from "../../api/client";
import { ApiError } from "../../api/errors";
import { rememberFirstKey } from "../../app/first-key";
import { keepUser } from "../../app/session";
import { FormError } from "../../components/FormError";
import { useFormMutation } from "../../lib/use-form-mutation";
import { useRules } from "../../lib/use-rules";
import { CodeField, Credentials } from "./fields";

export interface Proof {
  email: string;
  password: string;
  code: string;
}

/** Whether a code is needed; else the user is logged in. */
async function logIn({ email, password, code }: Proof): Promise<boolean> {
  const body = { email: email.trim(), password, code: code.trim() };
  const answer = await call(api.POST("/api/session", { body }));
  if (answer.first_key) rememberFirstKey(answer.first_key);
  if (answer.user) await keepUser(answer.user);
  return answer.code_needed;
}

/** First the password, then the code where there is a second factor. */
export function LoginForm() {
  const { t } = useTranslation("login");
  const rules = useRules();
  const [codeNeeded, setCodeNeeded] = useState(false);
  const form = useForm<Proof>({
    initialValues: { email: "", password: "", code: "" },
    validate: {
      email: rules.email,
      password: rules.password,
      code: (code) => (codeNeeded ? rules.code(code) : null),
    },
  });
  const { submit, pending, error } = useFormMutation(form, logIn, setCodeNeeded);
  function back(): void {
    setCodeNeeded(false);
    form.setFieldValue("code", "");
  }
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        {codeNeeded ? <CodeField form={form} /> : <Credentials form={form} />}
        <Refusal error={error} />
        <Button type="submit" loading={pending}>
          {t("submit")}
        </Button>
        {codeNeeded && (
          <Button variant="subtle" onClick={back}>
            {t("back")}
          </Button>
        )}
      </Stack>
    </form>
  );
}

function Refusal({ error }: { error: unknown }) {
  const { t } = useTranslation("login");
  if (error instanceof ApiError && error.code === "unauthenticated") {
    return (
      <Alert color="red" role="alert">
        {t("refused")}
      </Alert>
    );
  }
  return <FormError error={error} fields={["email", "password", "code"]} />;
}
