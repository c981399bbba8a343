import { useInfiniteQuery } from "@tanstack/react-query";
import { api, call, type Schema } from "../../api/client";
import { filterOf, type WalletSearch } from "./search";

export type Entry = Schema<"Entry">;

const PAGE = 100;

/** Entries that match, page by page. */
export function useEntries({ tab: _tab, month: _month, ...search }: WalletSearch) {
  return useInfiniteQuery({
    queryKey: ["wallet", "entries", search],
    queryFn: ({ pageParam, signal }) =>
      call(
        api.GET("/api/wallet/entries", {
          params: {
            query: { ...filterOf(search, Date.now()), page_size: PAGE, page_token: pageParam },
          },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_page_token || undefined,
    select: (data) => data.pages.flatMap((page) => page.entries),
  });
}
