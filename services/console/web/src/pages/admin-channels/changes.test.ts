import { expect, test } from "vitest";
import { type ChannelValues, changesOf, valuesOf } from "./changes";
import { modelsOf, tagsOf } from "./models";

const VALUES: ChannelValues = valuesOf({
  id: "mine",
  provider: "openai",
  base_url: "https://api.example.com/v1",
  sandbox: false,
  source: "store",
  enabled: true,
  priority: 0,
  weight: 1,
  keys: [
    { id: "k1", enabled: true, health: "closed", failures: 0 },
    { id: "k2", enabled: false, health: "open", failures: 3 },
  ],
  models: 2,
  serves: [
    { name: "a", upstream: "" },
    { name: "b", upstream: "own=b" },
  ],
});

test("what is as it was is left out", () => {
  expect(changesOf(VALUES, { ...VALUES, credentials: ["", " "] })).toEqual({});
});

test("all models are asked for by an empty list", () => {
  expect(changesOf(VALUES, { ...VALUES, models: [] })).toEqual({ models: [] });
});

test("keys are switched, removed and added at once", () => {
  const after = { ...VALUES, keys: { k1: "remove", k2: "on" }, credentials: [" sk-new "] } as const;
  expect(changesOf(VALUES, { ...after, credentials: [...after.credentials] })).toEqual({
    remove_keys: ["k1"],
    enable_keys: ["k2"],
    add_credentials: ["sk-new"],
  });
});

test("models are written as they are read", () => {
  expect(VALUES.models).toEqual(["a", "b=own=b"]);
  expect(tagsOf(modelsOf(VALUES.models))).toEqual(VALUES.models);
});
