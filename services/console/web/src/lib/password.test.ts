import { expect, test } from "vitest";
import { strengthOf } from "./password";

const EMAIL = "ada@example.com";

test.each([
  ["", "short"],
  ["nine char", "short"],
  // Ten characters, each of two UTF-16 units, are ten; five are not.
  ["🐎🔋🖇🐴🐑🐄🐖🐓🐈🐕", "fair"],
  ["🐎🔋🖇🐴🐑", "short"],
  ["password2026", "guessable"],
  ["314159265358", "guessable"],
  ["Ada-likes-it", "guessable"],
  ["aaaabbbbaaaabbbbaaaa", "guessable"],
  ["kettle-moor-9", "fair"],
  ["correct horse battery staple", "strong"],
  ["my password is a long sentence", "strong"],
])("%s is %s", (password, strength) => {
  expect(strengthOf(password, EMAIL)).toBe(strength);
});
