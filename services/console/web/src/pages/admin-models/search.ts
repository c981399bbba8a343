import { type RawSearch, text } from "../../lib/search";

/** The filters of this page, as its address holds them. */
export interface AdminModelsSearch {
  /** Part of a model's name or vendor. */
  search?: string | undefined;
  /** The model whose prices are shown. */
  model?: string | undefined;
}

export function readAdminModelsSearch(raw: RawSearch): AdminModelsSearch {
  return { search: text(raw.search), model: text(raw.model) };
}
