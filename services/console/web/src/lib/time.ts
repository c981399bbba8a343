/** Times are milliseconds since the Unix epoch; each is shown in a named zone. */

export const BROWSER_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000_000],
  ["month", 2_592_000_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

const DAY = { month: "short", day: "numeric" } as const;
const DATE = { ...DAY, year: "numeric" } as const;
const HOUR = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
const CLOCK = { ...HOUR, second: "2-digit" } as const;

/** "24 Nov 2026, 13:05:09 GMT+1": the zone last, which Chinese formats put between date and time. */
export function formatTime(ms: number, zone: string, language: string): string {
  const time = written(ms, zone, language, { ...DATE, ...CLOCK });
  return `${time} ${zoneName(ms, zone, language)}`;
}

/** "24 Nov, 13:05:09": for columns whose heading names the zone. */
export function formatClock(ms: number, zone: string, language: string): string {
  return written(ms, zone, language, { ...DAY, ...CLOCK });
}

/** "24 Nov 2026". */
export function formatDate(ms: number, zone: string, language: string): string {
  return written(ms, zone, language, DATE);
}

/** "24 Nov", where the year goes without saying. */
export function formatDay(ms: number, zone: string, language: string): string {
  return written(ms, zone, language, DAY);
}

/** "13:05". */
export function formatHour(ms: number, zone: string, language: string): string {
  return written(ms, zone, language, HOUR);
}

/** "November 2026". */
export function formatMonth(ms: number, zone: string, language: string): string {
  return written(ms, zone, language, { year: "numeric", month: "long" });
}

function written(
  ms: number,
  zone: string,
  language: string,
  parts: Intl.DateTimeFormatOptions,
): string {
  return new Intl.DateTimeFormat(dated(language), { timeZone: zone, ...parts }).format(ms);
}

/** "GMT+1": what a zone's clock is called at a moment. */
function zoneName(ms: number, zone: string, language: string): string {
  const format = new Intl.DateTimeFormat(dated(language), {
    timeZone: zone,
    timeZoneName: "short",
  });
  return format.formatToParts(ms).find(({ type }) => type === "timeZoneName")?.value ?? zone;
}

/** "3 minutes ago", "in 2 days". */
export function formatRelative(ms: number, nowMs: number, language: string): string {
  const words = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  const difference = ms - nowMs;
  for (const [unit, size] of UNITS) {
    if (Math.abs(difference) >= size) return words.format(Math.trunc(difference / size), unit);
  }
  return words.format(0, "second");
}

/** Day before month, whichever English a browser speaks. */
function dated(language: string): string {
  return language.startsWith("en") ? "en-GB" : language;
}
