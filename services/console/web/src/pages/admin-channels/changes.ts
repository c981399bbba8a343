import type { Schema } from "../../api/client";
import { modelsOf, tagsOf } from "./models";

type Channel = Schema<"Channel">;
export type Change = Partial<Omit<Schema<"ChannelChange">, "channel_id">>;

export const KEY_DEEDS = ["on", "off", "remove"] as const;
export type KeyDeed = (typeof KEY_DEEDS)[number];

/** What the form of a channel holds. */
export interface ChannelValues {
  base_url: string;
  priority: number;
  weight: number;
  models: string[];
  /** What becomes of each key, by its id. */
  keys: Record<string, KeyDeed>;
  /** Of further keys. */
  credentials: string[];
}

export function valuesOf(channel: Channel): ChannelValues {
  return {
    base_url: channel.base_url,
    priority: channel.priority,
    weight: channel.weight,
    models: tagsOf(channel.serves),
    keys: Object.fromEntries(channel.keys.map(({ id, enabled }) => [id, enabled ? "on" : "off"])),
    credentials: [],
  };
}

/** Only what is otherwise now: the rest is not to be undone for somebody who changes it meanwhile. */
export function changesOf(before: ChannelValues, after: ChannelValues): Change {
  const change: Change = {};
  if (after.base_url !== before.base_url) change.base_url = after.base_url;
  if (after.priority !== before.priority) change.priority = after.priority;
  if (after.weight !== before.weight) change.weight = after.weight;
  if (after.models.join() !== before.models.join()) change.models = modelsOf(after.models);
  const deeds = Object.entries(after.keys).filter(([id, deed]) => before.keys[id] !== deed);
  const becoming = (wanted: KeyDeed) =>
    deeds.filter(([, deed]) => deed === wanted).map(([id]) => id);
  if (becoming("remove").length) change.remove_keys = becoming("remove");
  if (becoming("on").length) change.enable_keys = becoming("on");
  if (becoming("off").length) change.disable_keys = becoming("off");
  const credentials = given(after.credentials);
  if (credentials.length) change.add_credentials = credentials;
  return change;
}

/** What was typed into fields for credentials; empty ones do not count. */
export function given(credentials: string[]): string[] {
  return credentials.map((one) => one.trim()).filter((one) => one !== "");
}
