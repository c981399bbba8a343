/** What a browser remembers of the playground: preferences alone, never a message. */

import { useCallback, useEffect, useState } from "react";
import { oneOf, text } from "../../lib/search";

const STORED = "tollgate.playground";
const SYSTEM_CHARACTERS_MAX = 100_000;

export const EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"] as const;

/** Parameters of the next request; null leaves them to the model. */
export interface Settings {
  system: string;
  temperature: number | null;
  topP: number | null;
  maxTokens: number | null;
  effort: (typeof EFFORTS)[number] | null;
  seed: number | null;
  /** The model that was chosen last; empty: none yet. */
  model: string;
}

export function readSettings(stored: string | null): Settings {
  const raw = parse(stored);
  return {
    system: text(raw.system, SYSTEM_CHARACTERS_MAX) ?? "",
    temperature: finite(raw.temperature),
    topP: finite(raw.topP),
    maxTokens: finite(raw.maxTokens),
    effort: oneOf(raw.effort, EFFORTS) ?? null,
    seed: finite(raw.seed),
    model: text(raw.model) ?? "",
  };
}

export function useSettings(): [Settings, (change: Partial<Settings>) => void] {
  const [settings, setSettings] = useState(() => readSettings(localStorage.getItem(STORED)));
  const change = useCallback((changed: Partial<Settings>) => {
    setSettings((known) => ({ ...known, ...changed }));
  }, []);
  useEffect(() => localStorage.setItem(STORED, JSON.stringify(settings)), [settings]);
  return [settings, change];
}

function parse(stored: string | null): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(stored ?? "{}");
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function finite(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
