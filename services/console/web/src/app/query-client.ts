import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "../api/errors";

/** A service that hangs is waited for until its deadline: each retry doubles the wait for the message. */
const RETRIES_MAX = 1;

/** Only what may pass by itself is tried again. */
function mayPass(error: unknown): boolean {
  return error instanceof ApiError && (error.code === "network" || error.status === 503);
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (failures, error) => failures < RETRIES_MAX && mayPass(error),
    },
  },
});
