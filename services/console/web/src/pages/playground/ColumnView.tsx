import { ActionIcon, Button } from "@mantine/core";
import { IconArrowDown, IconPlayerStop, IconX } from "@tabler/icons-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Schema } from "../../api/client";
import { AnswerView } from "./AnswerView";
import type { Column, Turn } from "./conversation";
import { Examples } from "./Examples";
import { ModelSelect } from "./ModelSelect";
import classes from "./Playground.module.css";
import { QuestionView } from "./QuestionView";
import { useFollow } from "./use-follow";
import { type Asking, useBusy } from "./use-playground";

/** One model, and what was said with it. */
export function ColumnView({
  column,
  asking,
  models,
  onChoose,
  onRemove,
}: {
  column: Column;
  asking: Asking;
  models: readonly Schema<"Model">[];
  onChoose: (model: string) => void;
  onRemove: () => void;
}) {
  const { t } = useTranslation("playground");
  const { turns, columns } = asking.talk;
  const { scroller, content, away, onScroll, toEnd } = useFollow(turns.at(-1)?.id);
  return (
    <section className={classes.column} aria-label={t("conversation", { model: column.model })}>
      <div className={classes.head}>
        <ModelSelect models={models} value={column.model} onChange={onChoose} />
        {columns.length > 1 && <ColumnActions column={column} turns={turns} onRemove={onRemove} />}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <div ref={scroller} className={classes.scroll} onScroll={onScroll} tabIndex={0}>
        <div ref={content} className={classes.said}>
          {turns.length === 0 && (
            <Examples asking={asking} onSent={() => scroller.current?.focus()} />
          )}
          {turns.map((turn) => (
            <TurnView key={turn.id} turn={turn} column={column} asking={asking} />
          ))}
        </div>
        {away && (
          <div className={classes.latest}>
            <Button
              size="compact-sm"
              variant="default"
              leftSection={<IconArrowDown size={14} />}
              onClick={toEnd}
            >
              {t("latest")}
            </Button>
          </div>
        )}
      </div>
    </section>
  );
}

/** With one column alone, the composer's button stops it, and it cannot be removed. */
function ColumnActions({
  column: { id, model },
  turns,
  onRemove,
}: {
  column: Column;
  turns: readonly Turn[];
  onRemove: () => void;
}) {
  const { t } = useTranslation("playground");
  const run = turns.at(-1)?.answers.get(id);
  const busy = useBusy(useMemo(() => (run ? [run] : []), [run]));
  return (
    <>
      {busy && (
        <ActionIcon
          variant="default"
          aria-label={t("stopOne", { model })}
          onClick={() => run?.stop()}
        >
          <IconPlayerStop size={16} />
        </ActionIcon>
      )}
      <ActionIcon
        variant="subtle"
        color="gray"
        c="inherit"
        aria-label={t("remove", { model })}
        onClick={onRemove}
      >
        <IconX size={16} />
      </ActionIcon>
    </>
  );
}

function TurnView({ turn, column, asking }: { turn: Turn; column: Column; asking: Asking }) {
  const run = turn.answers.get(column.id);
  const isLast = turn === asking.talk.turns.at(-1);
  return (
    <>
      <QuestionView
        question={turn}
        {...(!asking.busy && { onEdit: (text) => asking.edit(turn, { ...turn, text }) })}
      />
      {run && (
        <AnswerView
          run={run}
          {...(isLast && !asking.busy && { onRetry: () => asking.retry(column) })}
        />
      )}
    </>
  );
}
