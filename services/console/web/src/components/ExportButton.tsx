import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconDownload } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ApiError } from "../api/errors";

/** Saves a table as CSV. */
export function ExportButton({ save }: { save: () => Promise<void> }) {
  const { t } = useTranslation();
  const saving = useMutation({
    mutationFn: save,
    onError: (error) => {
      const message = error instanceof ApiError ? error.message : t("error.advice.network");
      notifications.show({ color: "red", title: t("export.failed"), message });
    },
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
