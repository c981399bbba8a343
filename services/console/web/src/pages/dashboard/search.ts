import { oneOf, type RawSearch } from "../../lib/search";
import { RANGES, type Range } from "../../usage/steps";

export const GROUPS = ["model", "key"] as const;
export const VIEWS = ["charts", "tables"] as const;

export type Group = (typeof GROUPS)[number];
export type View = (typeof VIEWS)[number];

/** The filters of this page, as its address holds them. */
export interface DashboardSearch {
  range?: Range | undefined;
  group?: Group | undefined;
  view?: View | undefined;
}

export function readDashboardSearch(raw: RawSearch): DashboardSearch {
  return {
    range: oneOf(raw.range, RANGES),
    group: oneOf(raw.group, GROUPS),
    view: oneOf(raw.view, VIEWS),
  };
}
