import type { RawSearch } from "../../lib/search";

/** The filters of this page, as its address holds them. */
export type AdminChannelsSearch = Record<string, never>;

export function readAdminChannelsSearch(_raw: RawSearch): AdminChannelsSearch {
  return {};
}
