import type { UseFormReturnType } from "@mantine/form";
import { useTranslation } from "react-i18next";
import { useUser } from "../../app/session";
import { CodeInput } from "../../components/CodeInput";
import { SecretInput } from "../../components/SecretInput";

export interface Proof {
  password: string;
  code: string;
}

/** The password, and a code where there is a second factor. */
export function ProofInputs({ form }: { form: Pick<UseFormReturnType<Proof>, "getInputProps"> }) {
  const { t } = useTranslation("settings");
  const { totp_enabled } = useUser();
  return (
    <>
      <SecretInput
        label={t("password.current")}
        autoComplete="current-password"
        data-autofocus
        {...form.getInputProps("password")}
      />
      {totp_enabled && (
        <CodeInput
          label={t("code.label")}
          description={t("code.help")}
          {...form.getInputProps("code")}
        />
      )}
    </>
  );
}
