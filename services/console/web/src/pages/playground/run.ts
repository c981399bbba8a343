import { streamChat } from "./chat";
import { type ChatBody, ChatError, type Piece, type Usage } from "./wire";

export type RunState = "running" | "done" | "stopped" | "failed";

/** An answer as far as it has come. Times are milliseconds since it was asked for. */
export interface Answer {
  readonly state: RunState;
  readonly thinking: string;
  readonly text: string;
  readonly requestId: string;
  readonly usage: Usage | null;
  /** Why the model ended, in its API's words. */
  readonly finish: string;
  readonly error: ChatError | null;
  readonly firstTokenMs: number | null;
  readonly durationMs: number | null;
}

const NOTHING_YET: Answer = {
  state: "running",
  thinking: "",
  text: "",
  requestId: "",
  usage: null,
  finish: "",
  error: null,
  firstTokenMs: null,
  durationMs: null,
};

type Stream = (body: ChatBody, signal: AbortSignal) => AsyncIterable<Piece>;

/** One request and its answer. Whoever subscribes hears of it once a frame at most. */
export class Run {
  /** Settles when nothing more will come. */
  readonly ended: Promise<void>;
  readonly #aborting = new AbortController();
  readonly #beganAtMs = performance.now();
  readonly #listeners = new Set<() => void>();
  #answer = NOTHING_YET;
  #frame = 0;

  constructor(
    readonly body: ChatBody,
    stream: Stream = streamChat,
  ) {
    this.ended = this.#follow(stream(body, this.#aborting.signal));
  }

  get model(): string {
    return this.body.model;
  }

  /** Hangs up; what has come stays. */
  stop(): void {
    this.#aborting.abort();
  }

  readonly snapshot = (): Answer => this.#answer;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  async #follow(pieces: AsyncIterable<Piece>): Promise<void> {
    try {
      for await (const piece of pieces) this.#change(this.#told(piece));
      this.#end({ state: "done" });
    } catch (reason) {
      if (this.#aborting.signal.aborted) this.#end({ state: "stopped" });
      else this.#end(failed(reason, this.#answer.requestId));
    }
  }

  #told(piece: Piece): Partial<Answer> {
    switch (piece.kind) {
      case "begun":
        return { requestId: piece.requestId };
      case "usage":
        return { usage: piece.usage };
      case "finish":
        return { finish: piece.reason };
      case "thinking":
        return { thinking: this.#answer.thinking + piece.text, ...this.#firstToken() };
      case "text":
        return { text: this.#answer.text + piece.text, ...this.#firstToken() };
    }
  }

  #firstToken(): Partial<Answer> {
    return { firstTokenMs: this.#answer.firstTokenMs ?? this.#elapsedMs() };
  }

  #elapsedMs(): number {
    return performance.now() - this.#beganAtMs;
  }

  #change(change: Partial<Answer>): void {
    this.#answer = { ...this.#answer, ...change };
    this.#frame ||= requestAnimationFrame(this.#tell);
  }

  /** Told at once: frames rest while the tab is hidden. */
  #end(change: Partial<Answer>): void {
    this.#answer = { ...this.#answer, ...change, durationMs: this.#elapsedMs() };
    cancelAnimationFrame(this.#frame);
    this.#tell();
  }

  readonly #tell = (): void => {
    this.#frame = 0;
    for (const listener of this.#listeners) listener();
  };
}

function failed(reason: unknown, requestId: string): Partial<Answer> {
  const error = reason instanceof ChatError ? reason : new ChatError("", "cut", 0, requestId);
  return { state: "failed", error, requestId: error.requestId || requestId };
}
