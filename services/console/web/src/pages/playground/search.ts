import { type RawSearch, text } from "../../lib/search";

/** The model to begin with, by its name or an alias. */
export interface PlaygroundSearch {
  model?: string | undefined;
}

export function readPlaygroundSearch(raw: RawSearch): PlaygroundSearch {
  return { model: text(raw.model) };
}
