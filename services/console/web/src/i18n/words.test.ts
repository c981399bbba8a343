import { expect, test } from "vitest";

type Words = { [key: string]: string | Words };

const ENGLISH = import.meta.glob<Words>("../locales/en/*.json", { import: "default", eager: true });
const SOURCES = import.meta.glob<string>(["../**/*.{ts,tsx}", "!../**/*.test.*", "!**/*.d.ts"], {
  query: "?raw",
  import: "default",
  eager: true,
});
const PLURAL = /_(one|other)$/;
const FRAME = "common";
const LITERAL = /"([\w:.-]+)"/g;
// A template says where its words are: t(`rate.${bucket}`).
const TEMPLATE = /`([\w:-]+\.[^`\n]*)`/g;
const BLANK = /\$\{[^}]*\}/;

test.each(Object.entries(ENGLISH))("%s has no word that nobody says", (path, words) => {
  const namespace = path.replace(/.*\/|\.json$/g, "");
  const patterns = spokenBy(namespace);
  const unsaid = keysOf(words).filter((key) => !patterns.some((pattern) => pattern.test(key)));
  expect(unsaid).toEqual([]);
});

/** Whatever is quoted by files that name the namespace, or by any for the frame's: patterns of keys. */
function spokenBy(namespace: string): RegExp[] {
  const quoted = Object.values(SOURCES)
    .filter((source) => namespace === FRAME || source.includes(`"${namespace}"`))
    .flatMap((source) => [...source.matchAll(LITERAL), ...source.matchAll(TEMPLATE)])
    .map(([, text = ""]) => text.replace(`${namespace}:`, ""));
  return [...new Set(quoted)].map(
    (text) => new RegExp(`^${text.split(BLANK).map(escaped).join(".+")}$`),
  );
}

function keysOf(words: Words, path = ""): string[] {
  return Object.entries(words).flatMap(([key, value]) =>
    typeof value === "string"
      ? [`${path}${key.replace(PLURAL, "")}`]
      : keysOf(value, `${path}${key}.`),
  );
}

function escaped(text: string): string {
  return text.replace(/[^\w]/g, "\\$&");
}
