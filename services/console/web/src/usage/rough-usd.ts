const NANO = 1_000_000_000;

/** "$1.2K": for an axis alone, where nobody adds up. */
export function roughUsd(nano: number, language: string): string {
  return new Intl.NumberFormat(language, {
    style: "currency",
    currency: "USD",
    currencyDisplay: "narrowSymbol",
    notation: "compact",
    maximumSignificantDigits: 3,
  }).format(nano / NANO);
}
