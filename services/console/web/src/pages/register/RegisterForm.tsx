import { Button, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useTranslation } from "react-i18next";
import { FormError } from "../../components/FormError";
import { NewPasswordInput } from "../../components/NewPasswordInput";
import { useFormMutation } from "../../lib/use-form-mutation";
import { useRules } from "../../lib/use-rules";

export interface Wanted {
  email: string;
  password: string;
}

export function RegisterForm({
  register,
  onDone,
}: {
  register: (wanted: Wanted) => Promise<Wanted>;
  onDone: (wanted: Wanted) => void;
}) {
  const { t } = useTranslation("register");
  const rules = useRules();
  const form = useForm<Wanted>({
    initialValues: { email: "", password: "" },
    validate: { email: rules.email, password: rules.newPassword },
  });
  const { submit, pending, error } = useFormMutation(form, register, onDone);
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
        <NewPasswordInput
          label={t("password")}
          email={form.values.email}
          {...form.getInputProps("password")}
          value={form.values.password}
        />
        <FormError error={error} fields={["email", "password"]} />
        <Button type="submit" loading={pending}>
          {t("submit")}
        </Button>
      </Stack>
    </form>
  );
}
