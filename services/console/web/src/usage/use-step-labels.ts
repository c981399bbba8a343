import { useTranslation } from "react-i18next";
import { useTimeZone } from "../app/session";
import { formatDay, formatHour } from "../lib/time";
import type { Steps } from "./steps";

/** In the reader's zone. A day is named by its middle, since it may begin up to an hour early. */
export function useStepLabels({ step, stepMs, starts }: Steps): string[] {
  const { i18n } = useTranslation();
  const zone = useTimeZone();
  return starts.map((start) =>
    step === "hour"
      ? formatHour(start, zone, i18n.language)
      : formatDay(start + stepMs / 2, zone, i18n.language),
  );
}
