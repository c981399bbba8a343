/** Money is whole nano-dollars (1e-9 USD); nothing here goes through a fraction. */

const NANO = 1_000_000_000n;
const NANO_DECIMALS = 9;
const DECIMALS_MIN = 2;
const WRITTEN = /^(-?)\$?(\d+)(?:\.(\d{0,9}))?$/;

/** "$1,234.50", "$0.001234", "-$0.50": exact, with 2 decimals or as many as it has. `scale` is 9 for nano-dollars. */
export function formatUsd(
  nano: number | bigint,
  { scale = NANO_DECIMALS, decimalsMin = DECIMALS_MIN } = {},
): string {
  const amount = BigInt(nano);
  const dollar = 10n ** BigInt(scale);
  const size = amount < 0n ? -amount : amount;
  const whole = (size / dollar).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  const decimals = (size % dollar).toString().padStart(scale, "0").replace(/0+$/, "");
  return `${amount < 0n ? "-" : ""}$${whole}.${decimals.padEnd(decimalsMin, "0")}`;
}

/** Nano-dollars of "12.5", "$1,000" or "-0.000000001"; null when it is no exact amount. */
export function parseUsd(text: string): number | null {
  const match = WRITTEN.exec(text.trim().replace(/,(?=\d{3}(\D|$))/g, ""));
  if (!match) return null;
  const [, sign, whole = "", decimals = ""] = match;
  const size = BigInt(whole) * NANO + BigInt(decimals.padEnd(9, "0"));
  const nano = Number(sign ? -size : size);
  return Number.isSafeInteger(nano) ? nano : null;
}
