import { describe, expect, test } from "vitest";
import { SseParser } from "./sse";

const STREAM = [
  ": keepalive\n\n",
  'data: {"text":"naïve 漢字 🙂"}\n\n',
  "event: message\r\nid: 7\r\ndata:first\r\ndata: second\r\n\r\n",
  ":\r\rdata:  kept blank\r\r",
  "data\n\ndata: a: b\nretry: 5\n\n",
  "data: [DONE]\n\n",
  "data: never ended\n",
].join("");
const EVENTS = ['{"text":"naïve 漢字 🙂"}', "first\nsecond", " kept blank", "", "a: b", "[DONE]"];
const BYTES = new TextEncoder().encode(STREAM);

function read(...pieces: Uint8Array[]): string[] {
  const parser = new SseParser();
  return pieces.flatMap((piece) => parser.push(piece));
}

describe("events are the same however their bytes are cut", () => {
  test("not at all", () => {
    expect(read(BYTES)).toEqual(EVENTS);
  });

  test("once, at every byte", () => {
    for (let at = 0; at <= BYTES.length; at++) {
      expect(read(BYTES.slice(0, at), BYTES.slice(at)), `cut at ${at}`).toEqual(EVENTS);
    }
  });

  test("into single bytes", () => {
    expect(read(...Array.from(BYTES, (byte) => Uint8Array.of(byte)))).toEqual(EVENTS);
  });

  test("with empty pieces between", () => {
    const empty = new Uint8Array();
    expect(read(empty, BYTES.slice(0, 20), empty, BYTES.slice(20), empty)).toEqual(EVENTS);
  });
});

test("an event is there with its blank line, not with the next one's first byte", () => {
  const parser = new SseParser();
  expect(parser.push(new TextEncoder().encode("data: now\r\n\r"))).toEqual(["now"]);
  expect(parser.push(new TextEncoder().encode("\ndata: then\r\n\r\n"))).toEqual(["then"]);
});

test("a byte order mark is no part of the first line", () => {
  expect(read(Uint8Array.of(0xef, 0xbb, 0xbf), new TextEncoder().encode("data: x\n\n"))).toEqual([
    "x",
  ]);
});
