/** Users and their accounts, and what an admin can do with them. */

import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { api, call, type Schema } from "../../api/client";

const USERS = ["admin", "users"];
const AUDIT = ["admin", "audit"];

export type Role = Schema<"User">["role"];
export type UserDetails = Schema<"UserDetails">;
export type Credit = Omit<Schema<"Credit">, "account_id">;

export function useUsers(search: string) {
  return useInfiniteQuery({
    queryKey: [...USERS, "list", search],
    queryFn: ({ pageParam, signal }) =>
      call(
        api.GET("/api/admin/users", {
          params: { query: { search, page_token: pageParam } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_page_token || undefined,
    select: (data) => data.pages.flatMap((page) => page.users),
    placeholderData: keepPreviousData,
  });
}

export function useUserDetails(user_id: string) {
  return useQuery({
    queryKey: [...USERS, "one", user_id],
    queryFn: () => call(api.GET("/api/admin/users/{user_id}", { params: { path: { user_id } } })),
  });
}

export function useEntries(account_id: string, without_usage: boolean) {
  return useInfiniteQuery({
    queryKey: [...USERS, "entries", account_id, without_usage],
    queryFn: ({ pageParam, signal }) =>
      call(
        api.GET("/api/admin/accounts/{account_id}/entries", {
          params: {
            path: { account_id },
            query: { without_usage, page_size: 20, page_token: pageParam },
          },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_page_token || undefined,
    select: (data) => data.pages.flatMap((page) => page.entries),
    placeholderData: keepPreviousData,
  });
}

export function useSetRole(user_id: string, onDone: () => void) {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (role: Role) =>
      call(
        api.PUT("/api/admin/users/{user_id}/role", {
          params: { path: { user_id } },
          body: { role },
        }),
      ),
    onSuccess: async () => {
      await refresh();
      onDone();
    },
  });
}

export function useDeleteUser(user_id: string, onDone: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () =>
      call(api.DELETE("/api/admin/users/{user_id}", { params: { path: { user_id } } })),
    onSuccess: async () => {
      // Who is gone is not asked for any more.
      onDone();
      client.removeQueries({ queryKey: [...USERS, "one", user_id] });
      await client.invalidateQueries({ queryKey: [...USERS, "list"] });
      await client.invalidateQueries({ queryKey: AUDIT });
    },
  });
}

export function useCredit(account_id: string, onDone: () => void) {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (body: Credit) =>
      call(
        api.POST("/api/admin/accounts/{account_id}/credit", {
          params: { path: { account_id } },
          body,
        }),
      ),
    onSuccess: async () => {
      await refresh();
      onDone();
    },
  });
}

function useRefresh(): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    // The operator's own wallet, too: it may be the one.
    for (const queryKey of [USERS, AUDIT, ["wallet"]]) {
      await client.invalidateQueries({ queryKey });
    }
  };
}
