import { afterEach, expect, test, vi } from "vitest";
import { streamChat } from "./chat";
import { kindOf } from "./error-kind";
import { type ChatBody, ChatError, type Piece } from "./wire";

const BODY: ChatBody = {
  model: "m",
  messages: [{ role: "user", content: "hi" }],
  stream: true,
  stream_options: { include_usage: true },
};

afterEach(() => vi.restoreAllMocks());

function answer(body: string, init: ResponseInit = {}) {
  return vi.spyOn(globalThis, "fetch").mockResolvedValue(new Response(body, init));
}

async function read(): Promise<Piece[]> {
  const pieces: Piece[] = [];
  for await (const piece of streamChat(BODY, new AbortController().signal)) pieces.push(piece);
  return pieces;
}

test("the request goes to the console as the API takes it", async () => {
  const asked = answer('data: {"choices":[{"delta":{"content":"yes"}}]}\n\ndata: [DONE]\n\n', {
    headers: { "x-request-id": "req" },
  });
  expect(await read()).toEqual([
    { kind: "begun", requestId: "req" },
    { kind: "text", text: "yes" },
  ]);
  const request = asked.mock.calls[0]?.[0] as Request;
  expect(new URL(request.url).pathname).toBe("/api/playground/chat");
});

test.each([
  [402, "insufficient_funds", "funds"],
  [429, "rate_limit_exceeded", "rate"],
  [413, "invalid_argument", "size"],
  [401, "invalid_api_key", "session"],
  [400, null, "request"],
  [502, "upstream_error", "away"],
])("a refusal with %d is read: %s", async (status, code, kind) => {
  const error = { message: "no", type: "t", code };
  answer(JSON.stringify({ error }), {
    status,
    headers: { "x-request-id": "req", "retry-after": "7" },
  });
  const refused = (await read().catch((reason: unknown) => reason)) as ChatError;
  expect(refused).toEqual(new ChatError("no", code ?? "t", status, "req", 7));
  expect(kindOf(refused)).toBe(kind);
});

test("a refusal that is no JSON is one all the same", async () => {
  answer("<html>bad gateway</html>", { status: 502 });
  await expect(read()).rejects.toMatchObject({ status: 502, message: "" });
});

test("an answer without its end is a cut one", async () => {
  answer('data: {"choices":[{"delta":{"content":"ye"}}]}\n\n');
  const cut = (await read().catch((reason: unknown) => reason)) as ChatError;
  expect(kindOf(cut)).toBe("cut");
});

test("no answer at all is the network's fault", async () => {
  vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("Failed to fetch"));
  const lost = (await read().catch((reason: unknown) => reason)) as ChatError;
  expect(kindOf(lost)).toBe("network");
});
