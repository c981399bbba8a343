import { NumberInput, Select, Stack, Text, Textarea } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { oneOf } from "../../lib/search";
import { EFFORTS, type Settings } from "./settings";

type Change = (changed: Partial<Settings>) => void;

/** How the next question is asked. Everything holds at once, and is remembered by this browser. */
export function SettingsForm({ settings, onChange }: { settings: Settings; onChange: Change }) {
  const { t } = useTranslation("playground");
  return (
    <Stack gap="sm">
      <Textarea
        label={t("settings.system")}
        placeholder={t("settings.systemHint")}
        value={settings.system}
        onChange={(event) => onChange({ system: event.currentTarget.value })}
        autosize
        minRows={3}
        maxRows={10}
      />
      <Numeric
        label={t("settings.temperature")}
        value={settings.temperature}
        onChange={(temperature) => onChange({ temperature })}
        max={2}
        step={0.1}
      />
      <Numeric
        label={t("settings.topP")}
        value={settings.topP}
        onChange={(topP) => onChange({ topP })}
        max={1}
        step={0.05}
      />
      <Numeric
        label={t("settings.maxTokens")}
        value={settings.maxTokens}
        onChange={(maxTokens) => onChange({ maxTokens })}
        min={1}
        step={256}
        whole
      />
      <Select
        label={t("settings.effort")}
        description={t("settings.effortHint")}
        placeholder={t("settings.unset")}
        data={EFFORTS.map((value) => ({ value, label: t(`settings.efforts.${value}`) }))}
        value={settings.effort}
        onChange={(effort) => onChange({ effort: oneOf(effort, EFFORTS) ?? null })}
        clearable
      />
      <Numeric
        label={t("settings.seed")}
        value={settings.seed}
        onChange={(seed) => onChange({ seed })}
        whole
      />
      <Text c="dimmed" size="xs">
        {t("settings.kept")}
      </Text>
    </Stack>
  );
}

function Numeric({
  label,
  value,
  onChange,
  whole = false,
  ...limits
}: {
  label: string;
  value: number | null;
  onChange: (value: number | null) => void;
  whole?: boolean;
  min?: number;
  max?: number;
  step?: number;
}) {
  const { t } = useTranslation("playground");
  return (
    <NumberInput
      label={label}
      placeholder={t("settings.unset")}
      min={0}
      {...limits}
      value={value ?? ""}
      onChange={(entered) => onChange(typeof entered === "number" ? entered : null)}
      allowDecimal={!whole}
      allowNegative={false}
    />
  );
}
