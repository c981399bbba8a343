import { notifications } from "@mantine/notifications";
import { useTranslation } from "react-i18next";
import { ConfirmModal } from "../../components/ConfirmModal";
import { focusOnHeading } from "../../lib/use-focus-on-heading";
import { type Channel, useRemoveChannel } from "./data";

/** Asks for the channel's id: its credentials are forgotten. */
export function RemoveChannel({
  removed,
  onClose,
}: {
  removed: Channel | null;
  onClose: () => void;
}) {
  const { t } = useTranslation("admin-channels");
  const removing = useRemoveChannel(() => {
    notifications.show({ message: t("remove.done") });
    close();
    // The button that opened the dialog is gone with its row.
    focusOnHeading();
  });
  function close(): void {
    removing.reset();
    onClose();
  }
  return (
    <ConfirmModal
      opened={removed !== null}
      onClose={close}
      title={t("remove.title")}
      text={t("remove.text")}
      action={t("remove.action")}
      name={removed?.id ?? ""}
      danger
      pending={removing.isPending}
      error={removing.error}
      onConfirm={() => removed && removing.mutate(removed.id)}
    />
  );
}
