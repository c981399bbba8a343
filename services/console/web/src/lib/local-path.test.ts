import { expect, test } from "vitest";
import { localPath } from "./local-path";

test.each(["/", "/logs?model=a%2Fb&from=1#top", "/settings"])("%s is kept", (path) => {
  expect(localPath(path)).toBe(path);
});

test.each([
  "//evil.example",
  "/\\evil.example",
  "/\t/evil.example",
  "/a\\b",
  "https://evil.example",
  "javascript:alert(1)",
  "evil.example",
  "",
  undefined,
  7,
])("%s leads to the dashboard", (path) => {
  expect(localPath(path)).toBe("/dashboard");
});
