import { expect, test } from "vitest";
import { filterOf, readLogsSearch } from "./search";

const NOW = Date.UTC(2026, 10, 24);

test("what the page does not know is dropped", () => {
  const search = readLogsSearch({ model: "m", outcomes: "odd", order: 7, page: "3" });
  expect(Object.entries(search).filter(([, value]) => value !== undefined)).toEqual([
    ["model", "m"],
  ]);
});

test("the usual period is the last seven days", () => {
  expect(filterOf({}, NOW)).toMatchObject({ from_ms: NOW - 7 * 86_400_000, to_ms: 0 });
});

test("a request is looked for in all time", () => {
  expect(filterOf({ request_id: "01X", range: "24h" }, NOW)).toMatchObject({
    request_id: "01X",
    from_ms: 0,
  });
});
