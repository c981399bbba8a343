const LINE_END = /\r\n|\r|\n/;

/** Reads server-sent events from bytes, however they were cut; only their data matters here. */
export class SseParser {
  readonly #decoder = new TextDecoder();
  #begun = "";
  #data: string[] = [];
  #endedByReturn = false;

  /** The data of each event that these bytes have completed. */
  push(bytes: Uint8Array): string[] {
    const lines = this.#lines(this.#decoder.decode(bytes, { stream: true }));
    return lines.flatMap((line) => this.#take(line));
  }

  #lines(text: string): string[] {
    if (text === "") return [];
    // A line's end may be cut in its middle: the event is not kept waiting for the other half.
    const rest = this.#endedByReturn && text.startsWith("\n") ? text.slice(1) : text;
    this.#endedByReturn = rest.endsWith("\r");
    const lines = (this.#begun + rest).split(LINE_END);
    this.#begun = lines.pop() ?? "";
    return lines;
  }

  #take(line: string): string[] {
    if (line === "") return this.#complete();
    const [, field, value = ""] = /^([^:]*):? ?(.*)$/su.exec(line) ?? [];
    if (field === "data") this.#data.push(value);
    return [];
  }

  #complete(): string[] {
    if (this.#data.length === 0) return [];
    const data = this.#data.join("\n");
    this.#data = [];
    return [data];
  }
}
