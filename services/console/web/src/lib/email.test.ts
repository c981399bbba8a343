import { expect, test } from "vitest";
import { looksLikeEmail } from "./email";

test.each(["ann@example.com", " Ann+1@mail.example.co ", "o'neil@example.museum"])(
  "%s may be an address",
  (text) => expect(looksLikeEmail(text)).toBe(true),
);

test.each(["", "ann", "ann@example", "ann@@example.com", "安@example.com", "ann@exa mple.com"])(
  "%s is no address",
  (text) => expect(looksLikeEmail(text)).toBe(false),
);

test("an address has its limits", () => {
  expect(looksLikeEmail(`${"a".repeat(65)}@example.com`)).toBe(false);
  expect(looksLikeEmail(`ann@${"a.".repeat(130)}com`)).toBe(false);
});
