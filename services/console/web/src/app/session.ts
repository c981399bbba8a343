/** Who is logged in. */

import { queryOptions, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, call, type Schema } from "../api/client";
import { apiError } from "../api/errors";
import { session } from "../api/session";
import { i18n } from "../i18n";
import { isLanguage } from "../i18n/languages";
import { BROWSER_ZONE } from "../lib/time";
import { forgetKey } from "./first-key";
import { queryClient } from "./query-client";

export type User = Schema<"User">;

// Strangers on public pages are not asked for: the browser would log a refusal for each.
const WAS_HERE = "tollgate.was-here";

const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: loadUser,
  staleTime: Number.POSITIVE_INFINITY,
});

async function loadUser(): Promise<User | null> {
  const response = await session.refresh();
  if (response.status === 401) {
    localStorage.removeItem(WAS_HERE);
    return null;
  }
  const body = await response.json().catch(() => null);
  if (!response.ok) throw apiError(response, body);
  const { user } = body as Schema<"Who">;
  await greet(user);
  return user;
}

async function greet(user: User): Promise<void> {
  localStorage.setItem(WAS_HERE, "1");
  if (isLanguage(user.locale) && user.locale !== i18n.language) {
    await i18n.changeLanguage(user.locale);
  }
}

/** For routes: the user, or null for a stranger. */
export function ensureUser(): Promise<User | null> {
  return queryClient.ensureQueryData(sessionQuery);
}

/** For routes that are open to all. An outage of accounts closes none of them. */
export async function ensureVisitor(): Promise<User | null> {
  return mayBeKnown() ? ensureUser().catch(() => null) : null;
}

function mayBeKnown(): boolean {
  return localStorage.getItem(WAS_HERE) !== null;
}

/** After logging in, and whenever the user's own data were changed. */
export async function keepUser(user: User): Promise<void> {
  queryClient.setQueryData(sessionQuery.queryKey, user);
  await greet(user);
}

/** Goes away from what only a user may see, then forgets all that was seen. */
export async function forgetUser(leave: () => Promise<void>): Promise<void> {
  localStorage.removeItem(WAS_HERE);
  queryClient.setQueryData(sessionQuery.queryKey, null);
  await leave();
  forgetKey();
  queryClient.removeQueries({ predicate: (query) => query.queryKey[0] !== "session" });
}

export async function logOut(leave: () => Promise<void>): Promise<void> {
  await call(api.DELETE("/api/session"));
  await forgetUser(leave);
}

export async function logOutEverywhere(leave: () => Promise<void>): Promise<void> {
  await call(api.DELETE("/api/sessions"));
  await forgetUser(leave);
}

/** On public pages: the user, or null for a stranger and while it is not known. */
export function useVisitor(): User | null {
  const { data } = useQuery({ ...sessionQuery, enabled: mayBeKnown() });
  return data ?? null;
}

/** On private pages, whose route has found the user. */
export function useUser(): User {
  const { data } = useQuery(sessionQuery);
  const [known] = useState(data);
  const user = data ?? known;
  if (!user) throw new Error("a private page is shown to a stranger");
  return user;
}

/** The zone in which times are shown: the user's, else the browser's. */
export function useTimeZone(): string {
  return useVisitor()?.time_zone || BROWSER_ZONE;
}
