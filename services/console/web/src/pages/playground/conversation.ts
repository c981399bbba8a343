/** A conversation with up to three models side by side: the same questions, each with its own answers. */

import type { Run } from "./run";
import type { Settings } from "./settings";
import type { ChatBody, Message, Part } from "./wire";

export const COLUMNS_MAX = 3;

/** An image that the user has attached, as a data: URL. */
export interface Picture {
  name: string;
  url: string;
}

export interface Question {
  text: string;
  pictures: readonly Picture[];
}

/** A question, and its answers by their column's id. */
export interface Turn extends Question {
  readonly id: number;
  readonly answers: ReadonlyMap<number, Run>;
}

export interface Column {
  readonly id: number;
  readonly model: string;
}

export interface Conversation {
  readonly columns: readonly Column[];
  readonly turns: readonly Turn[];
}

/** What a column's model is asked after these turns, of which the last is its question. */
export function bodyOf(column: Column, turns: readonly Turn[], settings: Settings): ChatBody {
  const { temperature, topP, maxTokens, effort, seed } = settings;
  return {
    model: column.model,
    messages: messagesOf(column, turns, settings.system),
    ...(temperature !== null && { temperature }),
    ...(topP !== null && { top_p: topP }),
    ...(maxTokens !== null && { max_tokens: maxTokens }),
    ...(effort !== null && { reasoning_effort: effort }),
    ...(seed !== null && { seed }),
    stream: true,
    stream_options: { include_usage: true },
  };
}

/** The last turn's answer is left out: it is what is asked for. */
function messagesOf(column: Column, turns: readonly Turn[], system: string): Message[] {
  const messages = turns.flatMap((turn, index): Message[] => {
    const question: Message = { role: "user", content: contentOf(turn) };
    const answer = index < turns.length - 1 && turn.answers.get(column.id)?.snapshot().text;
    return answer ? [question, { role: "assistant", content: answer }] : [question];
  });
  return system.trim() ? [{ role: "system", content: system }, ...messages] : messages;
}

function contentOf({ text, pictures }: Question): string | Part[] {
  if (pictures.length === 0) return text;
  const images = pictures.map(({ url }): Part => ({ type: "image_url", image_url: { url } }));
  return text ? [{ type: "text", text }, ...images] : images;
}

export function hasPictures(body: ChatBody): boolean {
  return body.messages.some(
    ({ content }) =>
      typeof content !== "string" && content.some((part) => part.type === "image_url"),
  );
}

/** Another column to compare with: it continues what the last one has said. */
export function withColumn(talk: Conversation, model: string): Conversation {
  const last = talk.columns.at(-1);
  const id = (last?.id ?? 0) + 1;
  const turns = talk.turns.map((turn) => {
    const run = last && turn.answers.get(last.id);
    return run ? { ...turn, answers: new Map(turn.answers).set(id, run) } : turn;
  });
  return { columns: [...talk.columns, { id, model }], turns };
}

export function withoutColumn(talk: Conversation, id: number): Conversation {
  return { ...talk, columns: talk.columns.filter((column) => column.id !== id) };
}

export function withModel(talk: Conversation, id: number, model: string): Conversation {
  const columns = talk.columns.map((column) => (column.id === id ? { id, model } : column));
  return { ...talk, columns };
}

export function withAnswer(turn: Turn, columnId: number, run: Run): Turn {
  return { ...turn, answers: new Map(turn.answers).set(columnId, run) };
}

/** The answers of columns that are still there. */
export function runsOf({ columns, turns }: Conversation): Run[] {
  return turns.flatMap((turn) => columns.flatMap(({ id }) => turn.answers.get(id) ?? []));
}
