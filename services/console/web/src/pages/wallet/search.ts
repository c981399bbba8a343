import { momentsOf, type Range, readRange } from "../../lib/range";
import { oneOf, type RawSearch, text } from "../../lib/search";

export const USUAL_RANGE = "all";
export const TABS = ["entries", "statements"] as const;

/** What this page shows, as its address holds it. */
export interface WalletSearch extends Range {
  tab?: (typeof TABS)[number] | undefined;
  usage?: "hidden" | undefined;
  /** "2026-11". */
  month?: string | undefined;
}

export function readWalletSearch(raw: RawSearch): WalletSearch {
  return {
    ...readRange(raw),
    tab: oneOf(raw.tab, TABS),
    usage: oneOf(raw.usage, ["hidden"]),
    month: text(raw.month),
  };
}

/** Which entries the API is asked for. */
export function filterOf(search: WalletSearch, nowMs: number) {
  return {
    ...momentsOf(search, USUAL_RANGE, nowMs),
    without_usage: search.usage === "hidden",
  };
}
