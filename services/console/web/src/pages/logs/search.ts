import { momentsOf, type Range, readRange } from "../../lib/range";
import { oneOf, type RawSearch, text } from "../../lib/search";
import { OUTCOMES, type Outcomes } from "../../usage/outcomes";

export const ORDERS = ["newest", "oldest"] as const;

export const USUAL_RANGE = "7d";

/** The filters of this page, as its address holds them. */
export interface LogsSearch extends Range {
  key_id?: string | undefined;
  model?: string | undefined;
  operation?: string | undefined;
  outcomes?: Outcomes | undefined;
  /** One request, whenever it was. */
  request_id?: string | undefined;
  order?: (typeof ORDERS)[number] | undefined;
  /** The request whose receipt is open. */
  receipt?: string | undefined;
}

export function readLogsSearch(raw: RawSearch): LogsSearch {
  return {
    ...readRange(raw),
    key_id: text(raw.key_id),
    model: text(raw.model),
    operation: text(raw.operation),
    outcomes: oneOf(raw.outcomes, OUTCOMES),
    request_id: text(raw.request_id),
    order: oneOf(raw.order, ORDERS),
    receipt: text(raw.receipt),
  };
}

/** What the API is asked for. */
export function filterOf(search: LogsSearch, nowMs: number) {
  const { key_id, model, operation, outcomes, request_id } = search;
  const anyTime = { from_ms: 0, to_ms: 0 };
  const span = request_id ? anyTime : momentsOf(search, USUAL_RANGE, nowMs);
  return { key_id, model, operation, outcomes, request_id, ...span };
}
