import { oneOf, type RawSearch, text } from "../../lib/search";

export const SORTS = ["label", "created_at_ms", "last_used_ms", "cost_nano"] as const;

/** The filters of this page, as its address holds them. */
export interface KeysSearch {
  /** A part of a name, or of the last four characters. */
  q?: string | undefined;
  sort?: (typeof SORTS)[number] | undefined;
  order?: "ascending" | undefined;
}

export function readKeysSearch(raw: RawSearch): KeysSearch {
  return {
    q: text(raw.q),
    sort: oneOf(raw.sort, SORTS),
    order: oneOf(raw.order, ["ascending"]),
  };
}
