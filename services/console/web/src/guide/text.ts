/** What is known of the guide's Markdown: its blanks, sections, snippets and links. */

/** What stands in {{BASE_URL}}, {{HOST}} and {{API_KEY}}. */
export interface Blanks {
  BASE_URL: string;
  HOST: string;
  API_KEY: string;
}

export interface Section {
  heading: string;
  id: string;
  text: string;
}

export interface Snippet {
  heading: string;
  code: string;
}

export function fillIn(markdown: string, blanks: Blanks): string {
  return markdown.replace(
    /{{(BASE_URL|HOST|API_KEY)}}/g,
    (_, blank: keyof Blanks) => blanks[blank],
  );
}

/** The same id as GitHub gives a heading, so that a link works there and here. */
export function headingId(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replace(/\s/g, "-");
}

/** The page's title, and all below it. */
export function splitTitle(markdown: string): { title: string; body: string } {
  const [, title = "", body = ""] = /^# (.+)\n([\s\S]*)$/.exec(markdown) ?? [];
  return { title, body };
}

/** The parts below headings of the second level; what comes before the first has none. */
export function sectionsOf(body: string): Section[] {
  return outsideOfCode(body, /^## /m).map((part, place) => {
    if (place === 0) return { heading: "", id: "", text: part.trim() };
    const [heading = "", ...lines] = part.split("\n");
    return { heading, id: headingId(heading), text: lines.join("\n").trim() };
  });
}

/** The first block of code below each heading that has one. */
export function snippetsOf(body: string): Snippet[] {
  return sectionsOf(body).flatMap(({ heading, text }) => {
    const code = /^```\w*\n([\s\S]*?)\n```$/m.exec(text)?.[1];
    return code === undefined ? [] : [{ heading, code }];
  });
}

/** The snippet for another model: names stand where a field or argument `model` is given. */
export function withModel(code: string, model: string): string {
  return code.replace(/(\bmodel"?\s*[:=]\s*")[^"]+/g, (_, before: string) => before + model);
}

/** "errors.md#402" is a page and a place in it; null for any other address. */
export function pageLink(href: string): { page: string; hash: string } | null {
  const [, page, hash = ""] = /^([\w-]+)\.md(?:#(.+))?$/.exec(href) ?? [];
  return page === undefined ? null : { page, hash };
}

/** Splits where the separator begins a line, except within code: there "## " is a comment. */
function outsideOfCode(text: string, separator: RegExp): string[] {
  const hidden = text.replace(/^```[\s\S]*?^```$/gm, (code) => code.replace(/^#/gm, "\0"));
  return hidden.split(separator).map((part) => part.replaceAll("\0", "#"));
}
