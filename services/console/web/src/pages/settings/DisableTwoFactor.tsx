import { Modal, Stack, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useTranslation } from "react-i18next";
import { api, call } from "../../api/client";
import { keepUser } from "../../app/session";
import { FormButtons } from "../../components/FormButtons";
import { FormError } from "../../components/FormError";
import { useFormMutation } from "../../lib/use-form-mutation";
import { useRules } from "../../lib/use-rules";
import { type Proof, ProofInputs } from "./Proof";

export function DisableTwoFactor({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation("settings");
  return (
    <Modal opened={opened} onClose={onClose} title={t("twoFactor.disableTitle")}>
      <DisableForm onClose={onClose} />
    </Modal>
  );
}

function DisableForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("settings");
  const rules = useRules();
  const form = useForm<Proof>({
    initialValues: { password: "", code: "" },
    transformValues: ({ password, code }) => ({ password, code: code.trim() }),
    validate: { password: rules.password, code: rules.code },
  });
  const { submit, pending, error } = useFormMutation(
    form,
    (body) => call(api.POST("/api/profile/totp/removal", { body })),
    async (user) => {
      onClose();
      await keepUser(user);
    },
  );
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Text size="sm">{t("twoFactor.disableText")}</Text>
        <ProofInputs form={form} />
        <FormError error={error} fields={["password", "code"]} />
        <FormButtons action={t("twoFactor.disable")} danger pending={pending} onCancel={onClose} />
      </Stack>
    </form>
  );
}
