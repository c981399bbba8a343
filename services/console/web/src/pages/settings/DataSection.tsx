import { Button, Group } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { saveFile } from "../../api/saving";
import { useTimeZone } from "../../app/session";
import { ErrorAlert } from "../../components/ErrorAlert";
import { utcOffsetMinutes } from "../../lib/zone";
import { Section } from "./Section";

const TABLES = [
  { name: "usage", path: "/api/usage.csv", file: "tollgate-usage.csv" },
  { name: "wallet", path: "/api/wallet/entries.csv", file: "tollgate-entries.csv" },
] as const;

export function DataSection() {
  const { t } = useTranslation("settings");
  const zone = useTimeZone();
  const saving = useMutation({ mutationFn: (save: () => Promise<void>) => save() });
  return (
    <Section title={t("data.title")} text={t("data.text")}>
      <Group>
        <FileButton
          label={t("data.profile")}
          onClick={() =>
            saving.mutate(() => saveFile("/api/profile/export", {}, "tollgate-profile.json"))
          }
        />
        {TABLES.map(({ name, path, file }) => (
          <FileButton
            key={name}
            label={t(`data.${name}`)}
            onClick={() => {
              const utc_offset_minutes = utcOffsetMinutes(Date.now(), zone);
              saving.mutate(() => saveFile(path, { utc_offset_minutes }, file));
            }}
          />
        ))}
      </Group>
      {saving.error && <ErrorAlert error={saving.error} />}
    </Section>
  );
}

function FileButton({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <Button variant="default" leftSection={<IconDownload size={16} />} onClick={onClick}>
      {label}
    </Button>
  );
}
