/** Wall clocks of named zones: what a date and time there are in milliseconds since the Unix epoch, and back. */

const MINUTE = 60_000;
const WRITTEN = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)/;

/** Minutes east of UTC of a zone's clocks at a moment. */
export function utcOffsetMinutes(ms: number, zone: string): number {
  return Math.round((clock(ms, zone) - ms) / MINUTE);
}

/** "2026-11-24T13:05", as the zone's clocks show it, and as <input type="datetime-local"> takes it. */
export function toWallClock(ms: number, zone: string): string {
  return new Date(clock(ms, zone)).toISOString().slice(0, 16);
}

/** The moment when the zone's clocks show this; null when it is no date and time. */
export function fromWallClock(written: string, zone: string): number | null {
  const match = WRITTEN.exec(written);
  if (!match) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = match.slice(1).map(Number);
  return momentOf(Date.UTC(year, month - 1, day, hour, minute), zone);
}

export interface Month {
  /** "2026-11". */
  name: string;
  /** From (inclusive) and to (exclusive). */
  fromMs: number;
  toMs: number;
}

/** The zone's month of this moment and those before it, newest first. */
export function monthsUntil(ms: number, zone: string, count: number): Month[] {
  const now = new Date(clock(ms, zone));
  const begins = (back: number) => Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back);
  return Array.from({ length: count }, (_, back) => ({
    name: new Date(begins(back)).toISOString().slice(0, 7),
    fromMs: momentOf(begins(back), zone),
    toMs: momentOf(begins(back - 1), zone),
  }));
}

/** What the zone's clocks show, to the second, read as if it were UTC. */
function clock(ms: number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(ms);
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value);
  return (
    Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute")) +
    part("second") * 1000
  );
}

/** The other way round; asked twice, because the offset is that of the moment that is sought. */
function momentOf(shown: number, zone: string): number {
  const near = shown - utcOffsetMinutes(shown, zone) * MINUTE;
  return shown - utcOffsetMinutes(near, zone) * MINUTE;
}
