import type { Schema } from "../../api/client";
import type { KeysSearch } from "./search";

export type Key = Schema<"Key">;

/** The keys that their owner manages: neither deleted ones nor the playground's. */
export function own({ keys }: Schema<"Keys">): Key[] {
  return keys.filter((key) => key.state !== "revoked" && !key.playground);
}

/** What is looked for, in the wanted order; the newest first when none is wanted. */
export function select(keys: Key[], { q = "", sort = "created_at_ms", order }: KeysSearch): Key[] {
  const wanted = q.trim().toLowerCase();
  const found = keys.filter(
    ({ label, last4 }) =>
      label.toLowerCase().includes(wanted) || wanted.endsWith(last4.toLowerCase()),
  );
  const direction = order === "ascending" ? 1 : -1;
  return found.sort((one, other) => direction * compare(one[sort], other[sort]));
}

function compare(one: string | number | null, other: string | number | null): number {
  if (typeof one === "string") return one.localeCompare(String(other));
  return Number(one) - Number(other);
}
