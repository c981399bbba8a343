import { Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { PageHeader } from "../../components/PageHeader";
import { DangerSection } from "./DangerSection";
import { DataSection } from "./DataSection";
import { LowBalanceSection } from "./LowBalanceSection";
import { PasswordSection } from "./PasswordSection";
import { ProfileSection } from "./ProfileSection";
import { SessionsSection } from "./SessionsSection";
import { TwoFactorSection } from "./TwoFactorSection";

export default function SettingsPage() {
  const { t } = useTranslation("settings");
  return (
    <>
      <PageHeader title={t("title")} />
      <Stack gap="lg" maw={960}>
        <ProfileSection />
        <PasswordSection />
        <TwoFactorSection />
        <SessionsSection />
        <LowBalanceSection />
        <DataSection />
        <DangerSection />
      </Stack>
    </>
  );
}
