import { Modal } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { rememberKey } from "../../app/first-key";
import { createKey, type KeyValues, useInvalidateKeys } from "./data";
import { KeyForm } from "./KeyForm";
import { NewSecret } from "./NewSecret";

const EMPTY: KeyValues = {
  label: "",
  models: [],
  networks: [],
  expires_at_ms: 0,
  limits: { requests_per_minute: 0, tokens_per_minute: 0, concurrent_requests: 0 },
};

/** A form, then the secret, which only a decision can close: it is not shown again. */
export function CreateKey({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation("keys");
  const [secret, setSecret] = useState("");
  const invalidate = useInvalidateKeys();
  function close(): void {
    setSecret("");
    onClose();
  }
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={secret ? t("secret.title") : t("create.title")}
      size="lg"
      closeOnClickOutside={!secret}
      closeOnEscape={!secret}
      withCloseButton={!secret}
      // Nothing of the secret stays while the dialog fades.
      transitionProps={{ exitDuration: 0 }}
    >
      {secret ? (
        <NewSecret secret={secret} onSaved={close} />
      ) : (
        <KeyForm
          initial={EMPTY}
          action={t("create.action")}
          send={createKey}
          onDone={async (created) => {
            rememberKey(created.secret);
            setSecret(created.secret);
            await invalidate();
          }}
          onCancel={close}
        />
      )}
    </Modal>
  );
}
