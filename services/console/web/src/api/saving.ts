/** Files that the API makes. */

import { downloadFrom } from "../lib/download";
import { apiError } from "./errors";
import { session } from "./session";

type Query = Record<string, string | number | boolean | undefined>;

/** Saves what is at a path of the API. The browser fetches it by itself, so that the session must last until then. */
export async function saveFile(path: string, query: Query, name: string): Promise<void> {
  const now = await session.refresh();
  if (!now.ok) throw apiError(now, await now.json().catch(() => null));
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const search = new URLSearchParams(given.map(([key, value]) => [key, String(value)]));
  downloadFrom(`${path}?${search}`, name);
}
