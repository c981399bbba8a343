import { ActionIcon, Button, Group, Stack, Textarea } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { CopyButton } from "../../components/CopyButton";
import type { Question } from "./conversation";
import { Pictures } from "./Pictures";
import classes from "./Playground.module.css";

/** What the user has said. With `onEdit`, which tells whether it was sent, it can be said otherwise. */
export function QuestionView({
  question,
  onEdit,
}: {
  question: Question;
  onEdit?: (text: string) => boolean;
}) {
  const { t } = useTranslation("playground");
  const [editing, setEditing] = useState(false);
  if (editing && onEdit) {
    return <Editor text={question.text} onSend={onEdit} onClose={() => setEditing(false)} />;
  }
  return (
    <Stack gap={2} align="flex-end">
      <div className={classes.question}>
        <Pictures pictures={question.pictures} />
        {question.text}
      </div>
      <Group gap={2}>
        {onEdit && (
          <ActionIcon
            variant="subtle"
            color="gray"
            c="inherit"
            aria-label={t("question.edit")}
            title={t("question.edit")}
            onClick={() => setEditing(true)}
          >
            <IconPencil size={16} />
          </ActionIcon>
        )}
        <CopyButton text={question.text} label={t("question.copy")} />
      </Group>
    </Stack>
  );
}

function Editor({
  text,
  onSend,
  onClose,
}: {
  text: string;
  onSend: (text: string) => boolean;
  onClose: () => void;
}) {
  const { t } = useTranslation("playground");
  const [written, setWritten] = useState(text);
  function send(event: FormEvent): void {
    event.preventDefault();
    if (onSend(written)) onClose();
  }
  return (
    <form onSubmit={send}>
      <Textarea
        label={t("question.edit")}
        description={t("question.later")}
        value={written}
        onChange={(event) => setWritten(event.currentTarget.value)}
        autosize
        maxRows={12}
        autoFocus
      />
      <Group mt="xs" justify="flex-end">
        <Button size="xs" variant="default" onClick={onClose}>
          {t("question.cancel")}
        </Button>
        <Button size="xs" type="submit">
          {t("question.ask")}
        </Button>
      </Group>
    </form>
  );
}
