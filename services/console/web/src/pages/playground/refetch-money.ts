import type { QueryClient } from "@tanstack/react-query";

/** A debit is posted a moment after its answer. */
const AFTER_MS = [300, 1000, 3000];

/** Shows what an answer has cost: in the wallet, in the logs and in all that is summed from them. */
export function refetchMoney(queryClient: QueryClient): void {
  for (const delay of AFTER_MS) {
    setTimeout(() => {
      void queryClient.invalidateQueries({ queryKey: ["wallet"] });
      void queryClient.invalidateQueries({ queryKey: ["usage"] });
    }, delay);
  }
}
