import { Center, Code, Group, Stack, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { QRCodeSVG } from "qrcode.react";
import { useTranslation } from "react-i18next";
import { api, call, type Schema } from "../../api/client";
import { CodeInput } from "../../components/CodeInput";
import { CopyButton } from "../../components/CopyButton";
import { FormButtons } from "../../components/FormButtons";
import { FormError } from "../../components/FormError";
import { useFormMutation } from "../../lib/use-form-mutation";
import { useRules } from "../../lib/use-rules";

/** Shows the app its secret; a code proves that it has it. */
export function ConfirmTwoFactor({
  secret: { secret, uri },
  onConfirmed,
  onCancel,
}: {
  secret: Schema<"TotpSecret">;
  onConfirmed: (codes: Schema<"BackupCodes">) => Promise<void>;
  onCancel: () => void;
}) {
  const { t } = useTranslation("settings");
  const rules = useRules();
  const form = useForm({
    initialValues: { code: "" },
    validate: { code: rules.code },
  });
  const { submit, pending, error } = useFormMutation(
    form,
    ({ code }) => call(api.POST("/api/profile/totp/confirmation", { body: { code: code.trim() } })),
    onConfirmed,
  );
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Text size="sm">{t("twoFactor.scan")}</Text>
        {/* Cameras want it dark on white, in the dark scheme, too. */}
        <Center bg="white" p="md" mx="auto" bdrs="md">
          <QRCodeSVG value={uri} size={180} title={t("twoFactor.qr")} />
        </Center>
        <Group gap={4} wrap="nowrap">
          <Code style={{ overflowWrap: "anywhere" }} aria-label={t("twoFactor.secret")}>
            {secret}
          </Code>
          <CopyButton text={secret} label={t("twoFactor.copySecret")} />
        </Group>
        <CodeInput label={t("code.label")} autoFocus {...form.getInputProps("code")} />
        <FormError error={error} fields={["code"]} />
        <FormButtons action={t("twoFactor.confirm")} pending={pending} onCancel={onCancel} />
      </Stack>
    </form>
  );
}
