import { keepPreviousData, type UseQueryResult, useQuery } from "@tanstack/react-query";
import { api, call, type Schema } from "../../api/client";
import { keysQuery, walletQuery } from "../../api/queries";
import { useTimeZone } from "../../app/session";
import { monthsUntil } from "../../lib/zone";
import { type Range, type Steps, stepsOf } from "../../usage/steps";
import { type Row, sum } from "../../usage/totals";
import type { Group } from "./search";

/** How often a visible page asks for news. */
const LIVE_MS = 10_000;
const DAY_MS = 24 * 3_600_000;
const PROJECTION_DAYS = 7;

export interface Usage {
  steps: Steps;
  rows: Row[];
}

export interface Spending {
  todayNano: number;
  monthNano: number;
  /** The mean of the last seven days. */
  perDayNano: number;
}

export function useUsage(range: Range, group: Group): UseQueryResult<Usage> {
  const zone = useTimeZone();
  return useQuery({
    queryKey: ["usage", "dashboard", range, group, zone],
    queryFn: async ({ signal }) => {
      const steps = stepsOf(range, Date.now(), zone);
      const query = {
        from_ms: steps.fromMs,
        to_ms: steps.toMs,
        step: steps.step,
        group_by: group,
        utc_offset_minutes: steps.utcOffsetMinutes,
      };
      return {
        steps,
        rows: (await call(api.GET("/api/usage/series", { params: { query }, signal }))).rows,
      };
    },
    refetchInterval: LIVE_MS,
    placeholderData: keepPreviousData,
  });
}

export function useSpending(): UseQueryResult<Spending> {
  const zone = useTimeZone();
  return useQuery({
    queryKey: ["usage", "spending", zone],
    queryFn: async () => {
      const nowMs = Date.now();
      const [today] = stepsOf("7d", nowMs, zone).starts.slice(-1);
      const [month] = monthsUntil(nowMs, zone, 1);
      const [todayNano, monthNano, weekNano] = await Promise.all([
        spentSince(today ?? nowMs),
        spentSince(month?.fromMs ?? nowMs),
        spentSince(nowMs - PROJECTION_DAYS * DAY_MS),
      ]);
      return { todayNano, monthNano, perDayNano: weekNano / PROJECTION_DAYS };
    },
    refetchInterval: LIVE_MS,
  });
}

export function useWallet(): UseQueryResult<Schema<"Wallet">> {
  return useQuery({ ...walletQuery, refetchInterval: LIVE_MS });
}

export function useKeys(): UseQueryResult<Schema<"Keys">> {
  return useQuery({
    ...keysQuery, // Until the first call has arrived.
    refetchInterval: ({ state }) =>
      state.data?.keys.some((key) => key.last_used_ms) ? false : LIVE_MS,
  });
}

async function spentSince(fromMs: number): Promise<number> {
  // Until tomorrow: the hour under way counts, too.
  const query = { from_ms: fromMs, to_ms: Date.now() + DAY_MS, step: "day" as const };
  const { rows } = await call(api.GET("/api/usage/series", { params: { query } }));
  return sum(rows, (row) => row.cost_nano);
}
