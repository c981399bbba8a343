import { Alert, Button, Code, Group, SimpleGrid, Stack } from "@mantine/core";
import { IconAlertTriangle, IconCopy, IconDownload } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { downloadText } from "../../lib/download";
import { useCopy } from "../../lib/use-copy";

/** Shown once: the way in without the app. */
export function BackupCodes({ codes, onSaved }: { codes: string[]; onSaved: () => void }) {
  const { t } = useTranslation(["settings", "common"]);
  const { state, copy } = useCopy();
  const text = `${codes.join("\n")}\n`;
  return (
    <Stack>
      <Alert color="amber" icon={<IconAlertTriangle />} title={t("twoFactor.codesOnce")}>
        {t("twoFactor.codesText")}
      </Alert>
      <SimpleGrid cols={2} spacing="xs">
        {codes.map((code) => (
          <Code key={code} ta="center" py={6}>
            {code}
          </Code>
        ))}
      </SimpleGrid>
      <Group>
        <Button
          variant="default"
          leftSection={<IconCopy size={16} />}
          autoFocus
          onClick={() => void copy(text)}
        >
          {state === "ready" ? t("twoFactor.copyCodes") : t(`common:copy.${state}`)}
        </Button>
        <Button
          variant="default"
          leftSection={<IconDownload size={16} />}
          onClick={() => downloadText("tollgate-backup-codes.txt", "text/plain", text)}
        >
          {t("twoFactor.download")}
        </Button>
      </Group>
      <Group justify="flex-end">
        <Button onClick={onSaved}>{t("twoFactor.saved")}</Button>
      </Group>
    </Stack>
  );
}
