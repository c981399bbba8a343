import { expect, test } from "vitest";
import { type Key, own, select } from "./select";

function key(label: string, changes: Partial<Key> = {}): Key {
  return {
    id: `key_${label}`,
    label,
    last4: "B8a4",
    state: "active",
    models: [],
    networks: [],
    expires_at_ms: 0,
    limits: { requests_per_minute: 0, tokens_per_minute: 0, concurrent_requests: 0 },
    created_at_ms: 1,
    playground: false,
    last_used_ms: 0,
    requests: 0,
    cost_nano: 0,
    ...changes,
  };
}

const labels = (keys: Key[]) => keys.map(({ label }) => label);

test("deleted keys and the playground's are not managed", () => {
  const keys = [
    key("a"),
    key("b", { state: "disabled" }),
    key("c", { state: "revoked" }),
    key("d", { playground: true }),
  ];
  expect(labels(own({ keys }))).toEqual(["a", "b"]);
});

test("a key is found by its name and by its end", () => {
  const keys = [key("Build server"), key("laptop", { last4: "Zz9x" })];
  expect(labels(select(keys, { q: "BUILD" }))).toEqual(["Build server"]);
  expect(labels(select(keys, { q: "sk-...Zz9x" }))).toEqual(["laptop"]);
  expect(labels(select(keys, { q: "phone" }))).toEqual([]);
});

test("the newest is first, unless another order is wanted", () => {
  const keys = [
    key("b", { created_at_ms: 1, cost_nano: 5 }),
    key("a", { created_at_ms: 3, cost_nano: 9 }),
    key("c", { created_at_ms: 2, cost_nano: 7 }),
  ];
  expect(labels(select(keys, {}))).toEqual(["a", "c", "b"]);
  expect(labels(select(keys, { sort: "label", order: "ascending" }))).toEqual(["a", "b", "c"]);
  expect(labels(select(keys, { sort: "cost_nano" }))).toEqual(["a", "c", "b"]);
});
