import { MultiSelect, NumberInput, SimpleGrid, Stack, TagsInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { sessionsQuery } from "../../api/queries";
import { useModelNames } from "../../api/use-model-names";
import { withChosen } from "../../lib/choices";
import type { KeyValues } from "./data";
import { ExpiryInput } from "./ExpiryInput";

export const RATES = ["requests_per_minute", "tokens_per_minute", "concurrent_requests"] as const;
const MODELS_MAX = 100;
const NETWORKS_MAX = 50;

/** What a key may do, from where, how long, and how fast. */
export function LimitFields({ form }: { form: UseFormReturnType<KeyValues> }) {
  const { t } = useTranslation("keys");
  return (
    <Stack>
      <ModelsInput {...form.getInputProps("models")} value={form.values.models} />
      <NetworksInput {...form.getInputProps("networks")} value={form.values.networks} />
      <ExpiryInput {...form.getInputProps("expires_at_ms")} value={form.values.expires_at_ms} />
      <SimpleGrid cols={{ base: 1, xs: 3 }}>
        {RATES.map((rate) => {
          const { value, onChange, ...props } = form.getInputProps(`limits.${rate}`);
          return (
            <NumberInput
              key={rate}
              label={t(`form.${rate}`)}
              placeholder={t("form.noLimit")}
              min={0}
              max={2 ** 31 - 1}
              allowDecimal={false}
              allowNegative={false}
              thousandSeparator=","
              value={value || ""}
              onChange={(written) => onChange(Number(written))}
              {...props}
            />
          );
        })}
      </SimpleGrid>
    </Stack>
  );
}

function NetworksInput({ value, ...props }: { value: string[] }) {
  const { t } = useTranslation("keys");
  const { data } = useQuery(sessionsQuery);
  const address = data?.sessions.find((session) => session.current)?.address;
  return (
    <TagsInput
      label={t("form.networks")}
      description={
        <>
          {t("form.networksHelp")} {address && t("form.networksYours", { address })}
        </>
      }
      placeholder={value.length ? undefined : t("form.networksAll")}
      maxTags={NETWORKS_MAX}
      value={value}
      {...props}
    />
  );
}

function ModelsInput({ value, ...props }: { value: string[] }) {
  const { t } = useTranslation("keys");
  const names = useModelNames();
  return (
    <MultiSelect
      label={t("form.models")}
      placeholder={value.length ? undefined : t("form.modelsAll")}
      data={withChosen(names, ...value)}
      value={value}
      searchable
      clearable
      maxValues={MODELS_MAX}
      hidePickedOptions
      nothingFoundMessage={t("form.modelsNone")}
      {...props}
    />
  );
}
