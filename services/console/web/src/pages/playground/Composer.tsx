import { ActionIcon, Alert, Button, FileButton, Group, Textarea } from "@mantine/core";
import { IconPhotoPlus, IconPlayerStop, IconSend } from "@tabler/icons-react";
import { type DragEvent, type KeyboardEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Pictures } from "./Pictures";
import classes from "./Playground.module.css";
import { BODY_MIB_MAX, PICTURE_TYPES } from "./pictures";
import { useDraft } from "./use-draft";
import type { Asking } from "./use-playground";

/** Where the next question is written. */
export function Composer({ asking }: { asking: Asking }) {
  const { t } = useTranslation("playground");
  const draft = useDraft(asking);
  const [dropping, setDropping] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);

  /** The button that was pressed gives way to another one: the focus must not be lost with it. */
  function press(action: () => void): void {
    action();
    field.current?.focus();
  }

  function onKey(event: KeyboardEvent): void {
    // Enter also ends the writing of a Chinese word.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    draft.send();
  }

  function drop(event: DragEvent): void {
    event.preventDefault();
    setDropping(false);
    draft.attach([...event.dataTransfer.files]);
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: images can be attached by a button, too.
    <div
      className={classes.composer}
      data-dropping={dropping || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setDropping(true);
      }}
      onDragLeave={() => setDropping(false)}
      onDrop={drop}
    >
      <Obstacles asking={asking} problem={draft.problem} />
      <Pictures pictures={draft.pictures} onRemove={draft.remove} />
      <Textarea
        ref={field}
        aria-label={t("message.label")}
        placeholder={t("message.placeholder")}
        variant="unstyled"
        px={6}
        value={draft.text}
        onChange={(event) => draft.write(event.currentTarget.value)}
        onKeyDown={onKey}
        onPaste={(event) => draft.attach([...event.clipboardData.files])}
        autosize
        minRows={1}
        maxRows={8}
      />
      <Group justify="space-between">
        <FileButton multiple accept={PICTURE_TYPES.join(",")} onChange={draft.attach}>
          {(props) => (
            <ActionIcon
              {...props}
              variant="subtle"
              color="gray"
              c="inherit"
              size="lg"
              aria-label={t("pictures.attach")}
              title={t("pictures.attach")}
            >
              <IconPhotoPlus size={20} />
            </ActionIcon>
          )}
        </FileButton>
        {asking.busy ? (
          <Button
            variant="default"
            leftSection={<IconPlayerStop size={16} />}
            onClick={() => press(asking.stop)}
          >
            {t(asking.talk.columns.length > 1 ? "stopAll" : "stop")}
          </Button>
        ) : (
          <Button
            leftSection={<IconSend size={16} />}
            disabled={draft.isEmpty}
            onClick={() => press(draft.send)}
          >
            {t("send")}
          </Button>
        )}
      </Group>
    </div>
  );
}

/** Why nothing was sent or attached, and what to do. */
function Obstacles({
  asking: { obstacle },
  problem,
}: {
  asking: Asking;
  problem: ReturnType<typeof useDraft>["problem"];
}) {
  const { t } = useTranslation("playground");
  if (!obstacle && !problem) return null;
  return (
    <Alert color="red" role="alert" mb="xs" p="xs">
      {problem && t(`pictures.${problem}`, { mib: BODY_MIB_MAX })}
      {obstacle?.kind === "vision" && t("pictures.vision", { model: obstacle.model })}
      {obstacle?.kind === "size" && t("pictures.size", { mib: BODY_MIB_MAX })}
    </Alert>
  );
}
