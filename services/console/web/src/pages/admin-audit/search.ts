import { type RawSearch, text } from "../../lib/search";

/** The filters of this page, as its address holds them. */
export interface AdminAuditSearch {
  /** To whom it was done. */
  user_id?: string | undefined;
}

export function readAdminAuditSearch(raw: RawSearch): AdminAuditSearch {
  return { user_id: text(raw.user_id) };
}
