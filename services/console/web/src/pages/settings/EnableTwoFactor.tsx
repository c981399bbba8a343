import { Modal, Stack, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, call, type Schema } from "../../api/client";
import { keepUser, useUser } from "../../app/session";
import { FormButtons } from "../../components/FormButtons";
import { FormError } from "../../components/FormError";
import { SecretInput } from "../../components/SecretInput";
import { useFormMutation } from "../../lib/use-form-mutation";
import { useRules } from "../../lib/use-rules";
import { BackupCodes } from "./BackupCodes";
import { ConfirmTwoFactor } from "./ConfirmTwoFactor";

/** Password, then a code of the app, then the backup codes, which only a decision can close. */
export function EnableTwoFactor({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation("settings");
  const user = useUser();
  const [secret, setSecret] = useState<Schema<"TotpSecret"> | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  function close(): void {
    setSecret(null);
    setCodes(null);
    onClose();
  }
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={codes ? t("twoFactor.codesTitle") : t("twoFactor.title")}
      closeOnClickOutside={false}
      closeOnEscape={!codes}
      withCloseButton={!codes}
      // Nothing of the secrets stays while the dialog fades.
      transitionProps={{ exitDuration: 0 }}
    >
      {codes ? (
        <BackupCodes codes={codes} onSaved={close} />
      ) : secret ? (
        <ConfirmTwoFactor
          secret={secret}
          onConfirmed={async ({ backup_codes }) => {
            setCodes(backup_codes);
            await keepUser({ ...user, totp_enabled: true });
          }}
          onCancel={close}
        />
      ) : (
        <PasswordForm onBegun={setSecret} onCancel={close} />
      )}
    </Modal>
  );
}

function PasswordForm({
  onBegun,
  onCancel,
}: {
  onBegun: (secret: Schema<"TotpSecret">) => void;
  onCancel: () => void;
}) {
  const { t } = useTranslation("settings");
  const rules = useRules();
  const form = useForm({
    initialValues: { password: "" },
    validate: { password: rules.password },
  });
  const { submit, pending, error } = useFormMutation(
    form,
    (body) => call(api.POST("/api/profile/totp", { body })),
    onBegun,
  );
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Text size="sm">{t("twoFactor.begin")}</Text>
        <SecretInput
          label={t("password.current")}
          autoComplete="current-password"
          data-autofocus
          {...form.getInputProps("password")}
        />
        <FormError error={error} fields={["password"]} />
        <FormButtons action={t("continue")} pending={pending} onCancel={onCancel} />
      </Stack>
    </form>
  );
}
