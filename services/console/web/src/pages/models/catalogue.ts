/** The catalogue as a reader wants it: filtered, in order, and priced in the units that are billed. */

import type { Schema } from "../../api/client";
import { formatUsd } from "../../lib/money";
import type { Medium, ModelsSearch, Order } from "./search";

export type Model = Schema<"Model">;
export type Bucket = Exclude<keyof Schema<"Price">, "version">;
export type Unit = "tokens" | "characters" | "minute" | "image";

export const OPERATIONS = [
  "chat",
  "embeddings",
  "images",
  "speech",
  "transcription",
  "moderation",
  "rerank",
] as const;
export type Operation = (typeof OPERATIONS)[number];

export interface PriceLine {
  bucket: Bucket;
  unit: Unit;
  /** "$1.25": of a million tokens or characters, or of one image or minute. */
  usd: string;
}

/** What each operation is billed by; the catalogue gives other buckets a price only so that none is free. */
const BILLED: Record<Operation, Bucket[]> = {
  chat: [
    "input_nano",
    "cached_read_nano",
    "cache_write_5m_nano",
    "cache_write_1h_nano",
    "output_nano",
    "reasoning_nano",
    "image_input_nano",
    "audio_input_nano",
    "image_output_nano",
    "audio_output_nano",
    "calls_nano",
  ],
  embeddings: ["input_nano", "image_input_nano", "audio_input_nano"],
  images: ["input_nano", "cached_read_nano", "image_input_nano", "image_output_nano", "calls_nano"],
  speech: ["input_nano"],
  transcription: ["input_nano", "audio_input_nano", "output_nano"],
  moderation: ["input_nano"],
  rerank: ["input_nano"],
};
// What costs nothing beside what is billed has this price, because none is not allowed.
const AS_GOOD_AS_NOTHING_NANO = 1;
// Prices are nano-dollars a million units: one unit's are 10^-15 dollars.
const UNIT_SCALE = 15;
const SECONDS_OF_MINUTE = 60n;

/** What a model's use costs; none: it is free. */
export function priceLines(model: Model): PriceLine[] {
  const buckets = new Set(operationsOf(model).flatMap((operation) => BILLED[operation]));
  return [...buckets]
    .filter((bucket) => model.price[bucket] > AS_GOOD_AS_NOTHING_NANO)
    .map((bucket) => priceLine(model, bucket));
}

export function operationsOf(model: Model): Operation[] {
  return OPERATIONS.filter((operation) => model.operations.includes(operation));
}

export function takes(model: Model, medium: Medium): boolean {
  return medium === "images" ? model.image_tokens > 0 : model.audio_second_tokens > 0;
}

/** Those that match all filters, in the order that is asked for. */
export function select(models: Model[], search: ModelsSearch): Model[] {
  const words = (search.q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  return models
    .filter(
      (model) =>
        words.every((word) => namesOf(model).includes(word)) &&
        (!search.vendor || model.owned_by === search.vendor) &&
        (!search.operation || model.operations.includes(search.operation)) &&
        (!search.takes || takes(model, search.takes)),
    )
    .sort(COMPARE[search.order ?? "name"]);
}

const COMPARE: Record<Order, (one: Model, other: Model) => number> = {
  name: (one, other) => one.name.localeCompare(other.name),
  input: (one, other) => perToken(one, "input_nano") - perToken(other, "input_nano"),
  output: (one, other) => perToken(one, "output_nano") - perToken(other, "output_nano"),
  context: (one, other) => other.context_tokens - one.context_tokens,
  newest: (one, other) => other.created_at_s - one.created_at_s,
};

/** What is not billed by tokens comes last: it cannot be compared. */
function perToken(model: Model, bucket: Bucket): number {
  const line = priceLines(model).find((one) => one.bucket === bucket);
  return line?.unit === "tokens" ? model.price[bucket] : Number.MAX_SAFE_INTEGER;
}

function namesOf(model: Model): string {
  return [model.name, ...model.aliases, model.owned_by].join(" ").toLowerCase();
}

function priceLine(model: Model, bucket: Bucket): PriceLine {
  const unit = unitOf(model, bucket);
  const nano = BigInt(model.price[bucket]);
  if (unit === "image") return { bucket, unit, usd: formatUsd(nano, { scale: UNIT_SCALE }) };
  if (unit === "minute") {
    return { bucket, unit, usd: formatUsd(nano * SECONDS_OF_MINUTE, { scale: UNIT_SCALE }) };
  }
  return { bucket, unit, usd: formatUsd(nano) };
}

function unitOf(model: Model, bucket: Bucket): Unit {
  if (bucket === "calls_nano") return "image";
  if (model.operations.includes("speech")) return "characters";
  const bySecond = model.operations.includes("transcription") && model.audio_second_tokens === 1;
  return bySecond && bucket === "audio_input_nano" ? "minute" : "tokens";
}
