import { Outlet } from "@tanstack/react-router";
import { useFocusOnNavigation } from "./use-focus-on-navigation";

/** Around every page. */
export function Frame() {
  useFocusOnNavigation();
  return <Outlet />;
}
