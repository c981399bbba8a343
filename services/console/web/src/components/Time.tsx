import { Tooltip } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useTimeZone } from "../app/session";
import { formatDate, formatRelative, formatTime } from "../lib/time";

/** A time in the reader's zone: whole, or only its date, or how long ago, with the whole in a tooltip. */
export function Time({ ms, as = "time" }: { ms: number; as?: "time" | "date" | "relative" }) {
  const { i18n } = useTranslation();
  const zone = useTimeZone();
  const whole = formatTime(ms, zone, i18n.language);
  const machine = new Date(ms).toISOString();
  if (as === "time") return <time dateTime={machine}>{whole}</time>;
  const short =
    as === "date"
      ? formatDate(ms, zone, i18n.language)
      : formatRelative(ms, Date.now(), i18n.language);
  return (
    <Tooltip label={whole}>
      <time dateTime={machine}>{short}</time>
    </Tooltip>
  );
}
