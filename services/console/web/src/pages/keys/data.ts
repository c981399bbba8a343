/** The keys of the account, and what can be done with them. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, call, type Schema } from "../../api/client";
import { keysQuery } from "../../api/queries";
import { own } from "./select";

const KEYS = keysQuery.queryKey;

/** What a form of a key holds: exactly what the API takes. */
export type KeyValues = Required<Schema<"NewKey">>;

export function useKeys() {
  return useQuery({ ...keysQuery, select: own });
}

export function createKey(values: KeyValues): Promise<Schema<"CreatedKey">> {
  return call(api.POST("/api/keys", { body: values }));
}

export function changeKey(key_id: string, body: Partial<KeyValues>): Promise<Schema<"Key">> {
  return call(api.PATCH("/api/keys/{key_id}", { params: { path: { key_id } }, body }));
}

export function useInvalidateKeys(): () => Promise<void> {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: KEYS });
}

interface Switching {
  id: string;
  state: "active" | "disabled";
}

/** Shown at once, and taken back if it fails. */
export function useSwitchKey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, state }: Switching) =>
      call(api.PATCH("/api/keys/{key_id}", { params: { path: { key_id: id } }, body: { state } })),
    onMutate: async ({ id, state }) => {
      await client.cancelQueries({ queryKey: KEYS });
      const before = client.getQueryData(KEYS);
      client.setQueryData(KEYS, (known) => known && switched(known, id, state));
      return before;
    },
    onError: (_error, _switching, before) => client.setQueryData(KEYS, before),
    onSettled: () => client.invalidateQueries({ queryKey: KEYS }),
  });
}

function switched(known: Schema<"Keys">, id: string, state: Switching["state"]): Schema<"Keys"> {
  return { keys: known.keys.map((key) => (key.id === id ? { ...key, state } : key)) };
}

export function useDeleteKey(onDeleted: () => void) {
  const invalidate = useInvalidateKeys();
  return useMutation({
    mutationFn: (key_id: string) =>
      call(api.DELETE("/api/keys/{key_id}", { params: { path: { key_id } } })),
    onSuccess: async () => {
      await invalidate();
      onDeleted();
    },
  });
}
