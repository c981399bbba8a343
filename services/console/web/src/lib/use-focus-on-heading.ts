import { useEffect } from "react";

/** For what takes a form's place: its heading is read out, and Tab begins there. */
export function useFocusOnHeading(): void {
  useEffect(focusOnHeading, []);
}

/** Or on what there is of the page, when it has none. */
export function focusOnHeading(): void {
  const content = document.querySelector("main");
  const heading = content?.querySelector<HTMLElement>("h1[tabindex]");
  (heading ?? content)?.focus({ preventScroll: true });
}
