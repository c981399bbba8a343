import { skipToken, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import type { Schema } from "../../api/client";
import { announce } from "../../lib/announce";
import { bodyBytes } from "./chat";
import {
  bodyOf,
  type Column,
  type Conversation,
  hasPictures,
  type Question,
  runsOf,
  type Turn,
  withAnswer,
} from "./conversation";
import { BODY_BYTES_MAX } from "./pictures";
import { refetchMoney } from "./refetch-money";
import { Run } from "./run";
import type { Settings } from "./settings";
import type { ChatBody } from "./wire";

/** Why nothing was sent. */
export type Obstacle = { kind: "vision"; model: string } | { kind: "size" };

const NOTHING_SAID: Conversation = { columns: [], turns: [] };

/** The conversation of this tab: kept beside what else is known of the user, and forgotten with it. */
export function useConversation() {
  const queryClient = useQueryClient();
  const { data: talk = NOTHING_SAID } = useQuery<Conversation>({
    queryKey: ["playground"],
    queryFn: skipToken,
    initialData: NOTHING_SAID,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
    structuralSharing: false,
  });
  const change = useCallback(
    (changed: (talk: Conversation) => Conversation) => {
      const known = queryClient.getQueryData<Conversation>(["playground"]) ?? NOTHING_SAID;
      const next = changed(known);
      const kept = new Set(runsOf(next));
      // Nobody will read them any more: nothing more of them should be paid for.
      for (const run of runsOf(known)) if (!kept.has(run)) run.stop();
      queryClient.setQueryData(["playground"], next);
    },
    [queryClient],
  );
  return { talk, change };
}

export type Asking = ReturnType<typeof useAsking>;

/** Asking, and asking again. What cannot be sent changes nothing but `obstacle`. */
export function useAsking(settings: Settings, models: readonly Schema<"Model">[]) {
  const { t } = useTranslation("playground");
  const queryClient = useQueryClient();
  const { talk, change } = useConversation();
  const [obstacle, setObstacle] = useState<Obstacle | null>(null);

  function ask(turns: readonly Turn[], columns: readonly Column[]): boolean {
    const last = turns.at(-1);
    if (!last) return false;
    const bodies = columns.map((column) => bodyOf(column, turns, settings));
    const found = bodies.map((body) => obstacleOf(body, models)).find(Boolean) ?? null;
    setObstacle(found);
    if (found) return false;
    let answered = last;
    for (const [index, column] of columns.entries()) {
      const body = bodies[index];
      if (body) answered = withAnswer(answered, column.id, begin(body));
    }
    change((known) => ({ ...known, turns: [...turns.slice(0, -1), answered] }));
    return true;
  }

  function begin(body: ChatBody): Run {
    const run = new Run(body);
    void run.ended.then(() => {
      announce(t(`announced.${run.snapshot().state}`, { model: run.model }));
      refetchMoney(queryClient);
    });
    return run;
  }

  return {
    talk,
    change,
    busy: useBusy(useMemo(() => runsOf(talk), [talk])),
    obstacle,
    forgetObstacle: () => setObstacle(null),
    /** Asks all columns; false: it was not sent. */
    send: (question: Question) => ask([...talk.turns, asTurn(question)], talk.columns),
    /** Puts another question in a turn's place, and forgets what came after it. */
    edit: (turn: Turn, question: Question) =>
      ask([...talk.turns.slice(0, talk.turns.indexOf(turn)), asTurn(question)], talk.columns),
    /** Asks one column for another answer to the last question. */
    retry: (column: Column) => ask(talk.turns, [column]),
    stop: () => {
      for (const run of runsOf(talk)) run.stop();
    },
  };
}

/** Whether any of these answers is still coming. */
export function useBusy(runs: readonly Run[]): boolean {
  const subscribe = useCallback(
    (listener: () => void) => {
      const leave = runs.map((run) => run.subscribe(listener));
      return () => {
        for (const unsubscribe of leave) unsubscribe();
      };
    },
    [runs],
  );
  return useSyncExternalStore(subscribe, () =>
    runs.some((run) => run.snapshot().state === "running"),
  );
}

let turnsEver = 0;

function asTurn({ text, pictures }: Question): Turn {
  turnsEver += 1;
  return { id: turnsEver, text, pictures, answers: new Map() };
}

function obstacleOf(body: ChatBody, models: readonly Schema<"Model">[]): Obstacle | null {
  const model = models.find(({ name }) => name === body.model);
  if (hasPictures(body) && !model?.image_tokens) return { kind: "vision", model: body.model };
  return bodyBytes(body) > BODY_BYTES_MAX ? { kind: "size" } : null;
}
