import { Group, NumberInput, TagsInput, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { useTranslation } from "react-i18next";
import { useModelNames } from "../../api/use-model-names";

export const ROUTING_FIELDS = ["base_url", "priority", "weight", "models"];

interface Routing {
  base_url: string;
  priority: number;
  weight: number;
  models: string[];
}

/** Where a channel leads, and when it is used. */
export function RoutingFields<Values extends Routing>({
  form,
}: {
  form: UseFormReturnType<Values>;
}) {
  const { t } = useTranslation("admin-channels");
  return (
    <>
      <TextInput
        type="url"
        label={t("form.baseUrl")}
        description={t("form.baseUrlHelp")}
        placeholder="https://"
        maxLength={500}
        {...form.getInputProps("base_url")}
      />
      <Group grow align="flex-start">
        <NumberInput
          label={t("form.priority")}
          description={t("form.priorityHelp")}
          min={0}
          max={1000}
          allowDecimal={false}
          {...form.getInputProps("priority")}
        />
        <NumberInput
          label={t("form.weight")}
          description={t("form.weightHelp")}
          min={1}
          max={1000}
          allowDecimal={false}
          {...form.getInputProps("weight")}
        />
      </Group>
      <TagsInput
        label={t("form.models")}
        description={t("form.modelsHelp")}
        data={useModelNames()}
        limit={20}
        clearable
        clearButtonProps={{ "aria-label": t("form.clearModels") }}
        {...form.getInputProps("models")}
      />
    </>
  );
}
