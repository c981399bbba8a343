/** Readers of filters in addresses: what is not understood is dropped, so that an old link still opens. */

export type RawSearch = Record<string, unknown>;

/** How filters change the address: going back leaves the page, and the page stays where it is. */
export const IN_PLACE = { replace: true, resetScroll: false } as const;

export function text(value: unknown, lengthMax = 200): string | undefined {
  // The router reads ?id=123 as a number.
  const written = typeof value === "number" ? String(value) : value;
  return typeof written === "string" && written !== "" ? written.slice(0, lengthMax) : undefined;
}

export function whole(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) ? value : undefined;
}

export function oneOf<Choice extends string>(
  value: unknown,
  choices: readonly Choice[],
): Choice | undefined {
  return choices.find((choice) => choice === value);
}
