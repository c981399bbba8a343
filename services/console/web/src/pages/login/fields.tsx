import { Box, Group, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { useTranslation } from "react-i18next";
import { CodeInput } from "../../components/CodeInput";
import { AnchorLink } from "../../components/links";
import { SecretInput } from "../../components/SecretInput";
import type { Proof } from "./LoginForm";

export function Credentials({ form }: { form: UseFormReturnType<Proof> }) {
  const { t } = useTranslation("login");
  return (
    <>
      <TextInput
        label={t("email")}
        type="email"
        autoComplete="username"
        autoFocus
        {...form.getInputProps("email")}
      />
      <Box>
        <SecretInput
          label={t("password")}
          autoComplete="current-password"
          {...form.getInputProps("password")}
        />
        <Group justify="flex-end" mt={6}>
          <AnchorLink to="/forgot-password" size="sm">
            {t("forgot")}
          </AnchorLink>
        </Group>
      </Box>
    </>
  );
}

export function CodeField({ form }: { form: UseFormReturnType<Proof> }) {
  const { t } = useTranslation("login");
  return (
    <CodeInput
      label={t("code")}
      description={t("codeHint")}
      autoFocus
      {...form.getInputProps("code")}
    />
  );
}
