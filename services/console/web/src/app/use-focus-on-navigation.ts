import { useRouter } from "@tanstack/react-router";
import { useEffect } from "react";

/** Reads the new page's heading out to screen readers, and lets Tab begin there. */
export function useFocusOnNavigation(): void {
  const router = useRouter();
  useEffect(
    () =>
      router.subscribe("onRendered", ({ fromLocation, pathChanged }) => {
        if (!fromLocation || !pathChanged) return;
        const content = document.querySelector("main");
        const heading = content?.querySelector<HTMLElement>("h1[tabindex]");
        (heading ?? content)?.focus({ preventScroll: true });
      }),
    [router],
  );
}
