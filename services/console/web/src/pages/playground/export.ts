import type { Column, Conversation, Turn } from "./conversation";
import type { Run } from "./run";

/** Everything that was said, for other programs: messages as the API takes them, one list a model. */
export function toJson({ columns, turns }: Conversation, system: string): string {
  const conversations = columns.map((column) => ({
    model: column.model,
    messages: [
      ...(system.trim() ? [{ role: "system", content: system }] : []),
      ...turns.flatMap((turn) => [
        { role: "user", content: turn.text, images: turn.pictures.map(({ url }) => url) },
        ...answerOf(column, turn).map(told),
      ]),
    ],
  }));
  return `${JSON.stringify({ conversations }, null, 2)}\n`;
}

/** Everything that was said, for readers. */
export function toMarkdown({ columns, turns }: Conversation, system: string): string {
  const said = turns.flatMap((turn) => [
    "## User",
    ...turn.pictures.map(({ name }) => `[${name}]`),
    turn.text,
    ...columns.flatMap((column) =>
      answerOf(column, turn).flatMap((run) => [`## ${run.model}`, run.snapshot().text]),
    ),
  ]);
  const paragraphs = system.trim() ? ["## System", system, ...said] : said;
  return `${paragraphs.filter(Boolean).join("\n\n")}\n`;
}

function answerOf(column: Column, turn: Turn): Run[] {
  const run = turn.answers.get(column.id);
  return run ? [run] : [];
}

function told(run: Run) {
  const { text, thinking, requestId, usage } = run.snapshot();
  return {
    role: "assistant",
    content: text,
    ...(thinking && { reasoning_content: thinking }),
    model: run.model,
    request_id: requestId,
    usage,
  };
}
