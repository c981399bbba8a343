import { useLocation } from "@tanstack/react-router";
import { useEffect, useState } from "react";

/** The token of a mailed link, which stands in the fragment, so that no server logs it; empty when there is none. */
export function useMailedToken(): string {
  const hash = useLocation({ select: (location) => location.hash });
  const [token, setToken] = useState(() => tokenIn(hash));
  useEffect(() => {
    const found = tokenIn(hash);
    if (!found) return;
    setToken(found);
    // It does not stay where it can be read over a shoulder, or in the history.
    const { pathname, search } = window.location;
    window.history.replaceState(window.history.state, "", pathname + search);
  }, [hash]);
  return token;
}

function tokenIn(hash: string): string {
  return new URLSearchParams(hash).get("token") ?? "";
}
