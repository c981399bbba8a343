import type { ChatError } from "./wire";

export type ErrorKind =
  | "network"
  | "cut"
  | "funds"
  | "rate"
  | "size"
  | "session"
  | "away"
  | "request";

/** Errors by what their reader can do about them. */
export function kindOf({ status, code }: ChatError): ErrorKind {
  if (code === "network" || code === "cut") return code;
  if (status === 402 || code === "insufficient_funds") return "funds";
  if (status === 429 || code.endsWith("rate_limited")) return "rate";
  if (status === 413) return "size";
  if (status === 401) return "session";
  // Without a status it came inside of the stream, and was no fault of the request.
  return status === 0 || status >= 500 ? "away" : "request";
}
