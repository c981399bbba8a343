import { Modal } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useTranslation } from "react-i18next";
import { changeKey, type KeyValues, useInvalidateKeys } from "./data";
import { KeyForm } from "./KeyForm";
import type { Key } from "./select";

/** Renames a key and changes its limits; programs go on with the same secret. */
export function EditKey({ edited, onClose }: { edited: Key | null; onClose: () => void }) {
  const { t } = useTranslation("keys");
  const invalidate = useInvalidateKeys();
  return (
    <Modal opened={edited !== null} onClose={onClose} title={t("edit.title")} size="lg">
      {edited && (
        <KeyForm
          initial={valuesOf(edited)}
          limitsShown
          action={t("edit.action")}
          send={(values) => changeKey(edited.id, changes(valuesOf(edited), values))}
          onDone={async () => {
            await invalidate();
            notifications.show({ message: t("edit.done") });
            onClose();
          }}
          onCancel={onClose}
        />
      )}
    </Modal>
  );
}

function valuesOf({ label, models, networks, expires_at_ms, limits }: Key): KeyValues {
  return { label, models, networks, expires_at_ms, limits };
}

/** What is sent must be valid anew, and an expiry that has passed no longer is. */
function changes(before: KeyValues, after: KeyValues): Partial<KeyValues> {
  const differs = (name: keyof KeyValues) =>
    JSON.stringify(before[name]) !== JSON.stringify(after[name]);
  const names = (Object.keys(after) as (keyof KeyValues)[]).filter(differs);
  return Object.fromEntries(names.map((name) => [name, after[name]]));
}
