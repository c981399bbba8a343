import { oneOf, type RawSearch, text } from "../../lib/search";

export const MEDIA = ["images", "sound"] as const;
export const ORDERS = ["name", "input", "output", "context", "newest"] as const;

export type Medium = (typeof MEDIA)[number];
export type Order = (typeof ORDERS)[number];

/** The filters of this page, as its address holds them. */
export interface ModelsSearch {
  q?: string | undefined;
  vendor?: string | undefined;
  operation?: string | undefined;
  takes?: Medium | undefined;
  order?: Order | undefined;
  /** The model whose details are open. */
  model?: string | undefined;
  /** Names of those that stand side by side, with commas between. */
  compare?: string | undefined;
}

export function readModelsSearch(raw: RawSearch): ModelsSearch {
  return {
    q: text(raw.q),
    vendor: text(raw.vendor),
    operation: text(raw.operation),
    takes: oneOf(raw.takes, MEDIA),
    order: oneOf(raw.order, ORDERS),
    model: text(raw.model),
    compare: text(raw.compare),
  };
}
