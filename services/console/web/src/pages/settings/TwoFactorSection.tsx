import { Button, Group } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { useUser } from "../../app/session";
import { StatusBadge } from "../../components/StatusBadge";
import { DisableTwoFactor } from "./DisableTwoFactor";
import { EnableTwoFactor } from "./EnableTwoFactor";
import { Section } from "./Section";

export function TwoFactorSection() {
  const { t } = useTranslation("settings");
  const { totp_enabled } = useUser();
  const [enabling, enable] = useDisclosure();
  const [disabling, disable] = useDisclosure();
  return (
    <Section title={t("twoFactor.title")} text={t("twoFactor.text")}>
      <Group justify="space-between">
        <StatusBadge
          tone={totp_enabled ? "good" : "neutral"}
          label={totp_enabled ? t("twoFactor.on") : t("twoFactor.off")}
        />
        {totp_enabled ? (
          <Button variant="default" onClick={disable.open}>
            {t("twoFactor.disable")}
          </Button>
        ) : (
          <Button onClick={enable.open}>{t("twoFactor.enable")}</Button>
        )}
      </Group>
      <EnableTwoFactor opened={enabling} onClose={enable.close} />
      <DisableTwoFactor opened={disabling} onClose={disable.close} />
    </Section>
  );
}
