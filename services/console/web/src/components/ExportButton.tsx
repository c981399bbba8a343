import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconDownload } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useErrorWords } from "../lib/use-error-words";

/** Saves a table as CSV. */
export function ExportButton({ save }: { save: () => Promise<void> }) {
  const { t } = useTranslation();
  const words = useErrorWords();
  const saving = useMutation({
    mutationFn: save,
    onError: (error) =>
      notifications.show({
        color: "red",
        title: t("export.failed"),
        message: words(error).advice,
      }),
  });
  return (
    <Button
      variant="default"
      leftSection={<IconDownload size={16} />}
      loading={saving.isPending}
      onClick={() => saving.mutate()}
    >
      {t("export.action")}
    </Button>
  );
}
