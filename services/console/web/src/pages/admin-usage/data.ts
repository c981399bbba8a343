/** Everybody's usage: sums over time, and the records that they are made of. */

import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api, call, type Schema } from "../../api/client";
import { useTimeZone } from "../../app/session";
import { stepsOf } from "../../usage/steps";
import type { AdminUsageSearch } from "./search";

const USAGE = ["admin", "usage"];
const LIVE_MS = 15_000;

export const USUAL_RANGE = "7d";
export type AdminRecord = Schema<"AdminRecord">;

export function useSeries({ range = USUAL_RANGE, account_id, model }: AdminUsageSearch) {
  const zone = useTimeZone();
  return useQuery({
    queryKey: [...USAGE, "series", range, account_id, model, zone],
    queryFn: async ({ signal }) => {
      const steps = stepsOf(range, Date.now(), zone);
      const query = {
        from_ms: steps.fromMs,
        to_ms: steps.toMs,
        step: steps.step,
        group_by: "model" as const,
        utc_offset_minutes: steps.utcOffsetMinutes,
        account_id,
        model,
      };
      const { rows } = await call(
        api.GET("/api/admin/usage/series", { params: { query }, signal }),
      );
      return { steps, rows };
    },
    refetchInterval: LIVE_MS,
    placeholderData: keepPreviousData,
  });
}

export function useRecords(search: AdminUsageSearch) {
  const zone = useTimeZone();
  return useInfiniteQuery({
    queryKey: [...USAGE, "records", search, zone],
    queryFn: ({ pageParam, signal }) =>
      call(
        api.GET("/api/admin/usage", {
          params: { query: { ...filterOf(search, zone), page_token: pageParam } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_page_token || undefined,
    select: (data) => data.pages.flatMap((page) => page.records),
    placeholderData: keepPreviousData,
  });
}

/** The records of the window that the sums are of; one request in all time. */
function filterOf({ range = USUAL_RANGE, ...filter }: AdminUsageSearch, zone: string) {
  const from_ms = filter.request_id ? 0 : stepsOf(range, Date.now(), zone).fromMs;
  return { ...filter, from_ms };
}
