import { Fieldset, Group, SegmentedControl, Stack, Text } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { useTranslation } from "react-i18next";
import { type ChannelValues, KEY_DEEDS } from "./changes";
import type { Channel } from "./data";
import { KeyHealth } from "./Health";

/** What becomes of each key when the form is sent. */
export function ChannelKeys({
  keys,
  form,
}: {
  keys: Channel["keys"];
  form: UseFormReturnType<ChannelValues>;
}) {
  const { t } = useTranslation("admin-channels");
  return (
    <Fieldset legend={t("edit.keys")}>
      <Stack gap="sm">
        {keys.map((key) => (
          <Group key={key.id} justify="space-between">
            <Group gap="xs">
              <Text fw={600}>{key.id}</Text>
              <KeyHealth of={key} named={false} />
            </Group>
            <SegmentedControl
              size="xs"
              aria-label={t("edit.key", { id: key.id })}
              data={KEY_DEEDS.map((value) => ({ value, label: t(`edit.deed.${value}`) }))}
              value={form.values.keys[key.id] ?? "on"}
              onChange={(deed) =>
                form.setFieldValue("keys", { ...form.values.keys, [key.id]: deed })
              }
            />
          </Group>
        ))}
      </Stack>
    </Fieldset>
  );
}
