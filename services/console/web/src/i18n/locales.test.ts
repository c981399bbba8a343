import { describe, expect, test } from "vitest";
import { LANGUAGES } from "./languages";

type Words = { [key: string]: string | Words };

const FILES = import.meta.glob<Words>("../locales/*/*.json", { import: "default", eager: true });
const NAMESPACES = [
  ...new Set(Object.keys(FILES).map((path) => path.replace(/.*\/|\.json$/g, ""))),
];
// Chinese has one form where English has two.
const PLURAL = /_(one|other)$/;

describe.each(NAMESPACES)("%s", (namespace) => {
  const english = flat(FILES[`../locales/en/${namespace}.json`] ?? {});
  test.each(Object.keys(LANGUAGES))("%s says all that English says", (language) => {
    const words = FILES[`../locales/${language}/${namespace}.json`];
    expect(words, `${language}/${namespace}.json`).toBeDefined();
    const translated = flat(words ?? {});
    expect(names(translated)).toEqual(names(english));
    for (const [key, text] of translated) {
      expect(text.trim(), key).not.toBe("");
      expect(placeholders(text), key).toEqual(
        placeholders(english.get(key) ?? english.get(`${key}_other`) ?? ""),
      );
    }
  });
});

function flat(words: Words, path = ""): Map<string, string> {
  const entries = Object.entries(words).flatMap(([key, value]) =>
    typeof value === "string"
      ? [[`${path}${key}`, value] as const]
      : [...flat(value, `${path}${key}.`)],
  );
  return new Map(entries);
}

function names(words: Map<string, string>): string[] {
  return [...new Set([...words.keys()].map((key) => key.replace(PLURAL, "")))].sort();
}

/** {{amount}}, $t(other.key) and <1>tags</1>. */
function placeholders(text: string): string[] {
  return [...text.matchAll(/{{.*?}}|\$t\(.*?\)|<\/?\w+\s*\/?>/g)].map(([found]) => found).sort();
}
