/** Numbers as the reader's language writes them. */

/** "1.2M": for axes and chips, where the exact number is near. */
export function compact(value: number, language: string): string {
  return new Intl.NumberFormat(language, {
    notation: "compact",
    maximumSignificantDigits: 3,
  }).format(value);
}

export function integer(value: number, language: string): string {
  return new Intl.NumberFormat(language, { maximumFractionDigits: 0 }).format(value);
}

/** A share between 0 and 1: "12.5%". */
export function percent(share: number, language: string): string {
  return new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 }).format(
    share,
  );
}

/** "340 ms", "1.4 s", "2 min 5 s". */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${(milliseconds / 1000).toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** "15 seconds", "10 minutes": how long to wait, rather longer than shorter. */
export function waiting(seconds: number, language: string): string {
  const { unit, size } = seconds < 120 ? { unit: "second", size: 1 } : { unit: "minute", size: 60 };
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(
    Math.ceil(seconds / size),
  );
}
