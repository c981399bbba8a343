import { oneOf, type RawSearch, text } from "../../lib/search";
import { OUTCOMES, type Outcomes } from "../../usage/outcomes";
import { RANGES, type Range } from "../../usage/steps";

/** The filters of this page, as its address holds them. */
export interface AdminUsageSearch {
  range?: Range | undefined;
  account_id?: string | undefined;
  model?: string | undefined;
  /** Of the records alone. */
  outcomes?: Outcomes | undefined;
  /** One request, whenever it was. */
  request_id?: string | undefined;
}

export function readAdminUsageSearch(raw: RawSearch): AdminUsageSearch {
  return {
    range: oneOf(raw.range, RANGES),
    account_id: text(raw.account_id),
    model: text(raw.model),
    outcomes: oneOf(raw.outcomes, OUTCOMES),
    request_id: text(raw.request_id),
  };
}
