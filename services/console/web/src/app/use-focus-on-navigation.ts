import { useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { focusOnHeading } from "../lib/use-focus-on-heading";

/** Reads the new page's heading out to screen readers, and lets Tab begin there. */
export function useFocusOnNavigation(): void {
  const router = useRouter();
  useEffect(
    () =>
      router.subscribe("onRendered", ({ fromLocation, pathChanged }) => {
        if (fromLocation && pathChanged) focusOnHeading();
      }),
    [router],
  );
}
