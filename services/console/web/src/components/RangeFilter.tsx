import { Select, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useTimeZone } from "../app/session";
import { isCustom, momentsOf, type Range, type RangeName } from "../lib/range";
import { fromWallClock, toWallClock } from "../lib/zone";
import classes from "./RangeFilter.module.css";

const CUSTOM = "custom";

/** Chooses a span of time by the clocks of the reader's zone, which it names. */
export function RangeFilter({
  names,
  usual,
  value,
  onChange,
}: {
  names: readonly RangeName[];
  /** When none is chosen. */
  usual: RangeName;
  value: Range;
  onChange: (range: Range) => void;
}) {
  const { t } = useTranslation();
  const zone = useTimeZone();
  const custom = isCustom(value);
  function choose(name: string | null): void {
    if (name === CUSTOM) {
      const now = Date.now();
      const { from_ms } = momentsOf(value, usual, now);
      onChange({ range: undefined, from_ms, to_ms: now });
    } else {
      const range = names.find((one) => one === name);
      onChange({ range, from_ms: undefined, to_ms: undefined });
    }
  }
  return (
    <>
      <Select
        label={t("range.label", { zone })}
        data={([...names, CUSTOM] as const).map((name) => ({
          value: name,
          label: t(`range.${name}`),
        }))}
        value={custom ? CUSTOM : (value.range ?? usual)}
        onChange={choose}
        allowDeselect={false}
      />
      {custom && (
        <>
          <Moment
            label={t("range.from", { zone })}
            zone={zone}
            ms={value.from_ms}
            onChange={(from_ms) => onChange({ range: undefined, from_ms, to_ms: value.to_ms })}
          />
          <Moment
            label={t("range.to", { zone })}
            zone={zone}
            ms={value.to_ms}
            onChange={(to_ms) => onChange({ range: undefined, from_ms: value.from_ms, to_ms })}
          />
        </>
      )}
    </>
  );
}

function Moment({
  label,
  zone,
  ms,
  onChange,
}: {
  label: string;
  zone: string;
  ms: number | undefined;
  onChange: (ms: number) => void;
}) {
  // Uncontrolled: a browser reports nothing while a date is half typed.
  return (
    <TextInput
      className={classes.moment}
      type="datetime-local"
      label={label}
      defaultValue={ms ? toWallClock(ms, zone) : ""}
      onChange={(event) => {
        const chosen = fromWallClock(event.currentTarget.value, zone);
        if (chosen !== null) onChange(chosen);
      }}
    />
  );
}
