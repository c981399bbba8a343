import { notifications } from "@mantine/notifications";
import { useTranslation } from "react-i18next";
import { ConfirmModal } from "../../components/ConfirmModal";
import { focusOnHeading } from "../../lib/use-focus-on-heading";
import { useDeleteKey } from "./data";
import type { Key } from "./select";

/** Asks for the key's name: programs that use it fail at once, and for good. */
export function DeleteKey({ deleted, onClose }: { deleted: Key | null; onClose: () => void }) {
  const { t } = useTranslation("keys");
  const deleting = useDeleteKey(() => {
    notifications.show({ message: t("delete.done", { name: deleted?.label }) });
    close();
    // The button that opened the dialog is gone with its row.
    focusOnHeading();
  });
  function close(): void {
    deleting.reset();
    onClose();
  }
  return (
    <ConfirmModal
      opened={deleted !== null}
      onClose={close}
      title={t("delete.title")}
      text={t("delete.text")}
      action={t("delete.action")}
      name={deleted?.label.trim() ?? ""}
      danger
      pending={deleting.isPending}
      error={deleting.error}
      onConfirm={() => deleted && deleting.mutate(deleted.id)}
    />
  );
}
