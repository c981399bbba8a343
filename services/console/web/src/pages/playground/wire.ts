/** Chat completions as the API words them: what is asked, and what each event of the answer says. */

const NANO = 1e9;

export type Part =
  | { type: "text"; text: string }
  | { type: "image_url"; image_url: { url: string } };

export interface Message {
  role: "system" | "user" | "assistant";
  content: string | Part[];
}

export interface ChatBody {
  model: string;
  messages: Message[];
  temperature?: number;
  top_p?: number;
  max_tokens?: number;
  reasoning_effort?: string;
  seed?: number;
  stream: true;
  stream_options: { include_usage: true };
}

/** Counts are tokens; those cached and those of thoughts are part of input and of output. */
export interface Usage {
  input: number;
  cached: number;
  output: number;
  reasoning: number;
  costNano: number | null;
}

/** What a stream says bit by bit. */
export type Piece =
  | { kind: "begun"; requestId: string }
  | { kind: "text"; text: string }
  | { kind: "thinking"; text: string }
  | { kind: "usage"; usage: Usage }
  | { kind: "finish"; reason: string };

/** Why there is no answer, or no more of it. `status` is 0 when the answer had begun or none came. */
export class ChatError extends Error {
  constructor(
    message: string,
    readonly code: string,
    readonly status = 0,
    readonly requestId = "",
    readonly retryAfterS = 0,
  ) {
    super(message);
    this.name = "ChatError";
  }
}

export interface WireError {
  message?: string;
  type?: string;
  code?: string | number | null;
  request_id?: string;
}

interface WireUsage {
  prompt_tokens?: number;
  completion_tokens?: number;
  prompt_tokens_details?: { cached_tokens?: number } | null;
  completion_tokens_details?: { reasoning_tokens?: number } | null;
  cost?: number;
}

interface Chunk {
  error?: WireError;
  choices?: {
    delta?: { content?: string | null; reasoning_content?: string | null };
    finish_reason?: string | null;
  }[];
  usage?: WireUsage | null;
}

/** What one event's data says. Throws the ChatError that it tells of. */
export function* readChunk(data: string, requestId: string): Generator<Piece> {
  const { error, choices, usage } = parse(data, requestId);
  if (error) throw new ChatError(error.message ?? "", codeOf(error), 0, requestId);
  for (const { delta, finish_reason } of choices ?? []) {
    if (delta?.reasoning_content) yield { kind: "thinking", text: delta.reasoning_content };
    if (delta?.content) yield { kind: "text", text: delta.content };
    if (finish_reason) yield { kind: "finish", reason: finish_reason };
  }
  if (usage) yield { kind: "usage", usage: readUsage(usage) };
}

function parse(data: string, requestId: string): Chunk {
  try {
    return JSON.parse(data) as Chunk;
  } catch {
    throw new ChatError("", "cut", 0, requestId);
  }
}

function readUsage(usage: WireUsage): Usage {
  return {
    input: usage.prompt_tokens ?? 0,
    cached: usage.prompt_tokens_details?.cached_tokens ?? 0,
    output: usage.completion_tokens ?? 0,
    reasoning: usage.completion_tokens_details?.reasoning_tokens ?? 0,
    // Nine decimals at most: rounding gives back the whole number that was written.
    costNano: usage.cost === undefined ? null : Math.round(usage.cost * NANO),
  };
}

export function codeOf({ type, code }: WireError): string {
  return type === "insufficient_funds" ? type : String(code ?? type ?? "");
}
