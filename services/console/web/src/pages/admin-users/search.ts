import { type RawSearch, text } from "../../lib/search";

/** The filters of this page, as its address holds them. */
export interface AdminUsersSearch {
  /** Part of an email, or an account's id. */
  search?: string | undefined;
  /** The user who is shown instead of the list. */
  user?: string | undefined;
}

export function readAdminUsersSearch(raw: RawSearch): AdminUsersSearch {
  return { search: text(raw.search), user: text(raw.user) };
}
