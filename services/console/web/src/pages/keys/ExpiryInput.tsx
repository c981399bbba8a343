import { Select, TextInput } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useTimeZone } from "../../app/session";
import { formatTime } from "../../lib/time";
import { fromWallClock, toWallClock } from "../../lib/zone";

const DAY_MS = 24 * 3600 * 1000;
const CHOICES = ["never", "7", "30", "90", "date"] as const;
const DAYS_UNTIL_A_DATE = 30;

type Choice = (typeof CHOICES)[number];

/** When a key ends, in milliseconds since the Unix epoch; 0: never. */
export function ExpiryInput({
  value,
  onChange,
  error,
}: {
  value: number;
  onChange: (ms: number) => void;
  error?: ReactNode;
}) {
  const { t, i18n } = useTranslation("keys");
  const zone = useTimeZone();
  const [choice, setChoice] = useState<Choice>(value ? "date" : "never");
  function choose(next: Choice): void {
    setChoice(next);
    if (next === "date" && value) return;
    const days = next === "never" ? 0 : next === "date" ? DAYS_UNTIL_A_DATE : Number(next);
    onChange(days && Date.now() + days * DAY_MS);
  }
  return (
    <>
      <Select
        label={t("form.expiry")}
        data={CHOICES.map((name) => ({ value: name, label: t(`form.expiries.${name}`) }))}
        value={choice}
        onChange={(next) => next && choose(next)}
        description={
          value && choice !== "date" ? formatTime(value, zone, i18n.language) : undefined
        }
        inputWrapperOrder={["label", "input", "description", "error"]}
        error={choice !== "date" && error}
        allowDeselect={false}
      />
      {choice === "date" && (
        <TextInput
          type="datetime-local"
          label={t("form.expiryDate", { zone })}
          value={toWallClock(value, zone)}
          onChange={(event) => onChange(fromWallClock(event.currentTarget.value, zone) ?? value)}
          error={error}
          required
        />
      )}
    </>
  );
}
