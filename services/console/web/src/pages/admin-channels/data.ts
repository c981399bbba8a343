/** The channels, and what an admin can do with them. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, call, type Schema } from "../../api/client";
import { catalogueQuery } from "../../api/queries";
import type { Change } from "./changes";

const CHANNELS = ["admin", "channels"];
// Health changes with every request that is served.
const HEALTH_MS = 4000;

export type Channel = Schema<"Channel">;
export type NewChannel = Schema<"NewChannel">;
export type Tested = Schema<"Tested">;

export function useChannels() {
  return useQuery({
    queryKey: CHANNELS,
    queryFn: () => call(api.GET("/api/admin/channels")),
    select: (listed) => listed.channels,
    refetchInterval: HEALTH_MS,
  });
}

/** Whom a channel can be added for. */
export function useProviders() {
  return useQuery({ ...catalogueQuery, select: (catalogue) => catalogue.providers });
}

export function addChannel(body: NewChannel): Promise<Channel> {
  return call(api.POST("/api/admin/channels", { body }));
}

export function changeChannel(channel_id: string, body: Change): Promise<Channel> {
  return call(
    api.PATCH("/api/admin/channels/{channel_id}", { params: { path: { channel_id } }, body }),
  );
}

/** What a changed channel may serve otherwise, too. */
export function useRefreshChannels(): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    for (const queryKey of [CHANNELS, ["admin", "audit"], ["admin", "models"], ["models"]]) {
      await client.invalidateQueries({ queryKey });
    }
  };
}

export function useSwitchChannel() {
  const refresh = useRefreshChannels();
  return useMutation({
    mutationFn: ({ id, enabled }: { id: string; enabled: boolean }) =>
      changeChannel(id, { enabled }),
    onSettled: refresh,
  });
}

export function useRemoveChannel(onDone: () => void) {
  const refresh = useRefreshChannels();
  return useMutation({
    mutationFn: (channel_id: string) =>
      call(api.DELETE("/api/admin/channels/{channel_id}", { params: { path: { channel_id } } })),
    onSuccess: async () => {
      await refresh();
      onDone();
    },
  });
}

export function useTestChannel(channel_id: string) {
  const refresh = useRefreshChannels();
  return useMutation({
    mutationFn: (model: string) =>
      call(
        api.POST("/api/admin/channels/{channel_id}/test", {
          params: { path: { channel_id } },
          body: { model, key_id: "" },
        }),
      ),
    // A test finds out about keys, as any request does.
    onSettled: refresh,
  });
}
