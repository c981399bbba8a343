import { Modal, Stack, TextInput } from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { ErrorAlert } from "./ErrorAlert";
import { FormButtons } from "./FormButtons";

interface Confirmation {
  title: string;
  text: ReactNode;
  /** What the button does, as a verb: "Delete". */
  action: string;
  /** To be typed before the button works, for what cannot be undone. */
  name?: string;
  danger?: boolean;
  pending?: boolean;
  error?: unknown;
  onConfirm: () => void;
}

/** Asks before something is done that matters. */
export function ConfirmModal({
  opened,
  onClose,
  ...confirmation
}: Confirmation & { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title={confirmation.title} centered>
      <Question {...confirmation} onClose={onClose} />
    </Modal>
  );
}

/** Is drawn anew each time it opens, so that what was typed is gone. */
function Question(props: Confirmation & { onClose: () => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const mayConfirm = props.name === undefined || typed.trim() === props.name;
  function confirm(event: FormEvent): void {
    event.preventDefault();
    if (mayConfirm) props.onConfirm();
  }
  return (
    <form onSubmit={confirm}>
      <Stack>
        <div>{props.text}</div>
        {props.name !== undefined && (
          <TextInput
            label={t("confirm.type", { name: props.name })}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            autoComplete="off"
            data-autofocus
          />
        )}
        {props.error ? <ErrorAlert error={props.error} /> : null}
        <FormButtons
          action={props.action}
          danger={props.danger ?? false}
          disabled={!mayConfirm}
          pending={props.pending ?? false}
          onCancel={props.onClose}
        />
      </Stack>
    </form>
  );
}
