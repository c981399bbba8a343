import { describe, expect, test } from "vitest";
import { LANGUAGES, type Language } from "../i18n/languages";
import { GUIDE_PAGES, loadGuidePage } from "./files";
import { find } from "./find";
import { fillIn, headingId, pageLink, sectionsOf, snippetsOf, splitTitle, withModel } from "./text";

const BLANKS = { BASE_URL: "https://api.test/v1", HOST: "https://api.test", API_KEY: "KEY" };
const WORDS = import.meta.glob<{ pages: Record<string, string> }>("../locales/*/docs.json", {
  import: "default",
  eager: true,
});

async function read(language: Language) {
  const texts = await Promise.all(GUIDE_PAGES.map((page) => loadGuidePage(language, page)));
  return texts.map((text, place) => ({
    page: GUIDE_PAGES[place] ?? "quickstart",
    ...splitTitle(fillIn(text, BLANKS)),
  }));
}

describe.each(Object.keys(LANGUAGES) as Language[])("the guide in %s", (language) => {
  test("has a title for each page, which is the menu's, and no blank is left", async () => {
    for (const { page, title, body } of await read(language)) {
      expect(WORDS[`../locales/${language}/docs.json`]?.pages[page]).toBe(title);
      expect(body).not.toContain("{{");
    }
  });

  test("links only to pages and parts that are there", async () => {
    const guide = await read(language);
    const parts = new Set(
      guide.flatMap(({ page, body }) => [
        page,
        ...sectionsOf(body).map(({ id }) => `${page}#${id}`),
      ]),
    );
    for (const { page, body } of guide) {
      for (const [, href = ""] of body.matchAll(/\]\(([^)]+)\)/g)) {
        const link = href.startsWith("#") ? { page, hash: href.slice(1) } : pageLink(href);
        if (!link) throw new Error(`${page} links to ${href}`);
        expect(parts, href).toContain(link.hash ? `${link.page}#${link.hash}` : link.page);
      }
    }
  });

  test("begins with a snippet for each SDK", async () => {
    const [quickstart] = await read(language);
    const snippets = snippetsOf(quickstart?.body ?? "");
    expect(snippets.map(({ heading }) => heading)).toEqual([
      "curl",
      "Python (OpenAI SDK)",
      "Node (OpenAI SDK)",
      "Python (Anthropic SDK)",
      "Node (Anthropic SDK)",
      "Python (Google Gen AI SDK)",
      "Node (Google Gen AI SDK)",
    ]);
    for (const { code } of snippets) {
      expect(code).toContain("KEY");
      expect(withModel(code, "new/model").split("new/model").length).toBe(2);
    }
  });
});

test("ids are as on GitHub", () => {
  expect(headingId("402")).toBe("402");
  expect(headingId("Python (OpenAI SDK)")).toBe("python-openai-sdk");
  expect(headingId("请求 id")).toBe("请求-id");
});

test("a comment in code is no heading", () => {
  expect(sectionsOf("one\n## two\n```sh\n## three\n```\n").map(({ heading }) => heading)).toEqual([
    "",
    "two",
  ]);
});

test("what is in a heading is found first", async () => {
  const [first] = find(await read("en"), "idempotency-key");
  expect(first?.section.heading).toBe("Idempotency-Key");
  expect(first?.excerpt.length).toBeGreaterThan(10);
});

test("all words must be there", async () => {
  const guide = await read("en");
  expect(find(guide, "nano-dollar rounded").length).toBeGreaterThan(0);
  expect(find(guide, "nano-dollar zebra")).toEqual([]);
  expect(find(guide, "  ")).toEqual([]);
});
