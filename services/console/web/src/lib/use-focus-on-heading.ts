import { useEffect } from "react";

/** For what takes a form's place: its heading is read out, and Tab begins there. */
export function useFocusOnHeading(): void {
  useEffect(focusOnHeading, []);
}

export function focusOnHeading(): void {
  document.querySelector<HTMLElement>("main h1[tabindex]")?.focus({ preventScroll: true });
}
