/** Search in the guide: every word must be in the section, and headings weigh more than text. */

import type { GuidePage } from "./files";
import { type Section, sectionsOf } from "./text";
import type { GuideText } from "./use-guide";

export interface Finding {
  page: GuidePage;
  title: string;
  section: Section;
  /** Some words around the first that was found. */
  excerpt: string;
}

const FINDINGS_MAX = 12;
const AROUND = 70;

export function find(guide: GuideText[], question: string): Finding[] {
  const words = question.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  return guide
    .flatMap(({ page, title, body }) =>
      sectionsOf(body).map((section) => ({
        page,
        title,
        section,
        excerpt: excerptOf(plain(section.text), words),
        weight: weigh(`${title} ${section.heading}`, section.text, words),
      })),
    )
    .filter(({ weight }) => weight > 0)
    .sort((one, other) => other.weight - one.weight)
    .slice(0, FINDINGS_MAX);
}

/** 0 unless every word is somewhere. */
function weigh(heading: string, text: string, words: string[]): number {
  const [top, below] = [heading.toLowerCase(), text.toLowerCase()];
  if (!words.every((word) => top.includes(word) || below.includes(word))) return 0;
  return 1 + words.filter((word) => top.includes(word)).length;
}

function excerptOf(text: string, words: string[]): string {
  const low = text.toLowerCase();
  const places = words.map((word) => low.indexOf(word)).filter((place) => place >= 0);
  const from = Math.max(0, Math.min(...(places.length ? places : [0])) - AROUND);
  const to = from + 2 * AROUND;
  return `${from > 0 ? "…" : ""}${text.slice(from, to)}${to < text.length ? "…" : ""}`;
}

/** Without the marks of Markdown. */
function plain(text: string): string {
  return text
    .replace(/^```\w*$/gm, "")
    .replace(/\[([^\]]+)\]\([^)]+\)/g, "$1")
    .replace(/[`*|]|---+/g, "")
    .replace(/\s+/g, " ");
}
