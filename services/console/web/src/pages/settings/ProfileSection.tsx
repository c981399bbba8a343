import { Alert, Button, Group, Select, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, call } from "../../api/client";
import { chooseLanguage } from "../../app/language";
import { keepUser, useUser } from "../../app/session";
import { ErrorAlert } from "../../components/ErrorAlert";
import { isLanguage, LANGUAGES } from "../../i18n/languages";
import { BROWSER_ZONE } from "../../lib/time";
import { ChangeEmail } from "./ChangeEmail";
import { Section } from "./Section";

// A Select has no empty choice.
const AS_BROWSER = "browser";

export function ProfileSection() {
  const { t } = useTranslation("settings");
  return (
    <Section title={t("profile.title")} text={t("profile.text")}>
      <Stack>
        <Email />
        <LanguageSelect />
        <ZoneSelect />
      </Stack>
    </Section>
  );
}

function Email() {
  const { t } = useTranslation("settings");
  const { email, pending_email } = useUser();
  const [changing, { open, close }] = useDisclosure();
  return (
    <div>
      <Text size="sm" fw={600}>
        {t("profile.email")}
      </Text>
      <Group justify="space-between">
        <Text style={{ overflowWrap: "anywhere" }}>{email}</Text>
        <Button variant="default" onClick={open}>
          {t("email.change")}
        </Button>
      </Group>
      {pending_email && (
        <Alert color="amber" mt="xs" title={t("email.pending", { email: pending_email })}>
          {t("email.pendingText")}
        </Alert>
      )}
      <ChangeEmail opened={changing} onClose={close} />
    </div>
  );
}

function LanguageSelect() {
  const { t, i18n } = useTranslation("settings");
  const saving = useMutation({ mutationFn: chooseLanguage });
  return (
    <>
      <Select
        label={t("profile.language")}
        data={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
        value={i18n.language}
        onChange={(language) => isLanguage(language) && saving.mutate(language)}
        allowDeselect={false}
      />
      {saving.error && <ErrorAlert error={saving.error} />}
    </>
  );
}

function ZoneSelect() {
  const { t } = useTranslation("settings");
  const { time_zone } = useUser();
  const saving = useMutation({
    mutationFn: (zone: string) => call(api.PATCH("/api/profile", { body: { time_zone: zone } })),
    onSuccess: async (user) => {
      await keepUser(user);
      notifications.show({ message: t("saved") });
    },
  });
  const zones = new Set(["UTC", ...Intl.supportedValuesOf("timeZone"), time_zone || "UTC"]);
  return (
    <>
      <Select
        label={t("profile.zone")}
        description={t("profile.zoneHelp")}
        data={[
          { value: AS_BROWSER, label: t("profile.zoneBrowser", { zone: BROWSER_ZONE }) },
          ...zones,
        ]}
        value={time_zone || AS_BROWSER}
        onChange={(zone) => zone && saving.mutate(zone === AS_BROWSER ? "" : zone)}
        nothingFoundMessage={t("profile.zoneNone")}
        searchable
        allowDeselect={false}
      />
      {saving.error && <ErrorAlert error={saving.error} />}
    </>
  );
}
