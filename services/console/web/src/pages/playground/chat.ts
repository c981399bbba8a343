/** Asks for chat completions, and reads their streams. */

import { fetchWithSession } from "../../api/session";
import { SseParser } from "./sse";
import { type ChatBody, ChatError, codeOf, type Piece, readChunk, type WireError } from "./wire";

/** Streams one answer. Throws ChatError, also when the signal has cut it short. */
export async function* streamChat(body: ChatBody, signal: AbortSignal): AsyncGenerator<Piece> {
  const response = await post(body, signal);
  const requestId = response.headers.get("x-request-id") ?? "";
  if (!response.ok || !response.body) throw await refusal(response, requestId);
  yield { kind: "begun", requestId };
  for await (const data of events(response.body, requestId)) {
    if (data === "[DONE]") return;
    yield* readChunk(data, requestId);
  }
  throw new ChatError("", "cut", 0, requestId);
}

export function bodyBytes(body: ChatBody): number {
  return new Blob([JSON.stringify({ body })]).size;
}

async function post(body: ChatBody, signal: AbortSignal): Promise<Response> {
  const address = new URL("/api/playground/chat", globalThis.location.origin);
  const request = new Request(address, { method: "POST", body: JSON.stringify({ body }), signal });
  return fetchWithSession(request).catch(() => {
    throw new ChatError("", "network");
  });
}

async function* events(
  bytes: ReadableStream<Uint8Array>,
  requestId: string,
): AsyncGenerator<string> {
  const parser = new SseParser();
  const reader = bytes.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield* parser.push(value);
    }
  } catch {
    throw new ChatError("", "cut", 0, requestId);
  } finally {
    await reader.cancel().catch(() => {});
  }
}

async function refusal(response: Response, requestId: string): Promise<ChatError> {
  const body = (await response.json().catch(() => null)) as { error?: WireError } | null;
  return new ChatError(
    body?.error?.message ?? "",
    codeOf(body?.error ?? {}),
    response.status,
    body?.error?.request_id ?? requestId,
    Number(response.headers.get("retry-after")) || 0,
  );
}
