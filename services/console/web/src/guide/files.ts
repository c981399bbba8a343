/** The guide: docs/guide of the repository, a chunk for each page and language. */

import type { Language } from "../i18n/languages";

/** In the order of reading. */
export const GUIDE_PAGES = [
  "quickstart",
  "models",
  "tools",
  "streaming",
  "errors",
  "billing",
] as const;

export type GuidePage = (typeof GUIDE_PAGES)[number];

const FILES = import.meta.glob<string>("../../../../../docs/guide/*/*.md", {
  query: "?raw",
  import: "default",
});

export function isGuidePage(name: string): name is GuidePage {
  return GUIDE_PAGES.some((page) => page === name);
}

/** The page as it was written, with its blanks. */
export function loadGuidePage(language: Language, page: GuidePage): Promise<string> {
  const load = FILES[`../../../../../docs/guide/${language}/${page}.md`];
  if (!load) throw new Error(`there is no docs/guide/${language}/${page}.md`);
  return load();
}
