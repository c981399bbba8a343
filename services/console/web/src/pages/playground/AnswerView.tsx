import { Accordion, ActionIcon, Group, Loader, Stack } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { memo, useDeferredValue, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { CopyButton } from "../../components/CopyButton";
import { Markdown } from "../../components/Markdown";
import { AnswerError } from "./AnswerError";
import { AnswerFacts } from "./AnswerFacts";
import classes from "./Playground.module.css";
import type { Answer, Run } from "./run";

const Said = memo(Markdown);

/** One answer while it comes and after; only this is drawn anew for each token. */
export function AnswerView({ run, onRetry }: { run: Run; onRetry?: () => boolean }) {
  const { t } = useTranslation("playground");
  const answer = useSyncExternalStore(run.subscribe, run.snapshot);
  // A long answer may take longer to draw than the next token to come: typing goes before it.
  const text = useDeferredValue(answer.text);
  const isOver = answer.state !== "running";
  return (
    <Stack gap="xs" className={classes.answer} component="article" aria-busy={!isOver}>
      <Thinking text={answer.thinking} />
      <Said text={text} />
      {!isOver && <Loader type="dots" size="sm" role="status" aria-label={t("answer.coming")} />}
      {answer.error && <AnswerError error={answer.error} requestId={answer.requestId} />}
      {isOver && <AnswerFacts answer={answer} model={run.model} />}
      {isOver && <Deeds answer={answer} {...(onRetry && { onRetry })} />}
    </Stack>
  );
}

function Thinking({ text }: { text: string }) {
  const { t } = useTranslation("playground");
  if (!text) return null;
  return (
    <Accordion variant="separated" chevronPosition="left">
      <Accordion.Item value="thinking">
        <Accordion.Control>{t("answer.thinking")}</Accordion.Control>
        <Accordion.Panel>
          <div className={classes.thinking}>{text}</div>
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}

function Deeds({ answer, onRetry }: { answer: Answer; onRetry?: () => boolean }) {
  const { t } = useTranslation("playground");
  return (
    <Group gap={2}>
      {answer.text && <CopyButton text={answer.text} label={t("answer.copy")} />}
      {onRetry && (
        <ActionIcon
          variant="subtle"
          color="gray"
          c="inherit"
          aria-label={t("answer.retry")}
          title={t("answer.retry")}
          onClick={onRetry}
        >
          <IconRefresh size={16} />
        </ActionIcon>
      )}
    </Group>
  );
}
