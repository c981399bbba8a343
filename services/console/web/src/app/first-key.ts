/** The key that this tab was shown: in memory alone, gone with a reload, a closed tab or a log-out. */

import { useSyncExternalStore } from "react";

interface Known {
  secret: string;
  /** The account's first, which its owner has not been shown yet. */
  unseen: boolean;
}

let known: Known | null = null;
const listeners = new Set<() => void>();

/** For snippets: the secret that was shown last, or null. */
export function useKnownKey(): string | null {
  return useSyncExternalStore(subscribe, () => known?.secret ?? null);
}

/** The account's first key while it waits to be shown and saved, or null. */
export function useFirstKey(): string | null {
  return useSyncExternalStore(subscribe, () => (known?.unseen ? known.secret : null));
}

/** After a key was created and shown. */
export function rememberKey(secret: string): void {
  set({ secret, unseen: false });
}

/** After the log-in that brought it: FirstKeyDialog will show it. */
export function rememberFirstKey(secret: string): void {
  set({ secret, unseen: true });
}

/** It is saved; snippets still know it. */
export function firstKeyIsSaved(): void {
  if (known) rememberKey(known.secret);
}

export function forgetKey(): void {
  set(null);
}

function set(next: Known | null): void {
  known = next;
  for (const tell of listeners) tell();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
