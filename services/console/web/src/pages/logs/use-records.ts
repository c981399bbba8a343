import { type InfiniteData, useInfiniteQuery } from "@tanstack/react-query";
import { api, call, type Schema } from "../../api/client";
import { filterOf, type LogsSearch } from "./search";

export type UsageRecord = Schema<"Record">;

const PAGE = 100;
// So many pages are asked for anew when the reader comes back; of a longer list the refresh button takes care.
const FRESH_PAGES_MAX = 3;

/** Records that match, page by page. */
export function useRecords({ receipt: _open, ...search }: LogsSearch) {
  return useInfiniteQuery({
    queryKey: ["usage", search],
    queryFn: ({ pageParam, signal }) =>
      call(
        api.GET("/api/usage", {
          params: {
            query: {
              ...filterOf(search, Date.now()),
              ascending: search.order === "oldest",
              page_size: PAGE,
              page_token: pageParam,
            },
          },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_page_token || undefined,
    select: recordsOf,
    refetchOnWindowFocus: ({ state }) => (state.data?.pages.length ?? 0) <= FRESH_PAGES_MAX,
  });
}

/** Apart, so that thousands of records are put together only when there are new ones. */
function recordsOf({ pages }: InfiniteData<Schema<"Records">>): UsageRecord[] {
  return pages.flatMap((page) => page.records);
}
