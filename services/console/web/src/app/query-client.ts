import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "../api/errors";

const RETRIES_MAX = 2;

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
