import { useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { announce } from "./announce";

const SHOWN_MS = 2000;

export type CopyState = "ready" | "copied" | "failed";

/** Copies texts, says how it went, and says so to screen readers. */
export function useCopy(): { state: CopyState; copy: (text: string) => Promise<void> } {
  const { t } = useTranslation();
  const [state, setState] = useState<CopyState>("ready");
  useEffect(() => {
    if (state === "ready") return;
    const timer = setTimeout(() => setState("ready"), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = useCallback(
    async (text: string) => {
      const copied = await copyText(text);
      setState(copied ? "copied" : "failed");
      announce(copied ? t("copy.copied") : t("copy.failed"));
    },
    [t],
  );
  return { state, copy };
}

async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/** Works where the clipboard's own interface is denied. */
function copyBySelection(text: string): boolean {
  const focused = document.activeElement;
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  // Inside an open dialog, so that its focus trap lets go of nothing.
  (document.querySelector("[role=dialog]") ?? document.body).append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return copied;
}
