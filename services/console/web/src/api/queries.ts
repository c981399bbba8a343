/** What several pages ask for, under one key each: `useQuery(keysQuery)`. */

import { queryOptions } from "@tanstack/react-query";
import { api, call } from "./client";

export const aboutQuery = queryOptions({
  queryKey: ["about"],
  queryFn: () => call(api.GET("/api/about")),
});

export const modelsQuery = queryOptions({
  queryKey: ["models"],
  queryFn: () => call(api.GET("/api/models")),
});

/** With every price that there ever was: for staff. */
export const catalogueQuery = queryOptions({
  queryKey: ["admin", "models"],
  queryFn: () => call(api.GET("/api/admin/models")),
});

export const keysQuery = queryOptions({
  queryKey: ["keys"],
  queryFn: () => call(api.GET("/api/keys")),
});

export const walletQuery = queryOptions({
  queryKey: ["wallet"],
  queryFn: () => call(api.GET("/api/wallet")),
});

export const sessionsQuery = queryOptions({
  queryKey: ["sessions"],
  queryFn: () => call(api.GET("/api/sessions")),
});
