import { Select } from "@mantine/core";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Schema } from "../../api/client";

/** Chat models by their vendors. */
export function ModelSelect({
  models,
  value,
  onChange,
}: {
  models: readonly Schema<"Model">[];
  value: string;
  onChange: (model: string) => void;
}) {
  const { t } = useTranslation("playground");
  const data = useMemo(() => {
    const vendors = [...new Set(models.map(({ owned_by }) => owned_by))].sort();
    return vendors.map((group) => ({
      group,
      items: models.filter(({ owned_by }) => owned_by === group).map(({ name }) => name),
    }));
  }, [models]);
  return (
    <Select
      aria-label={t("model")}
      flex={1}
      miw={0}
      data={data}
      value={value}
      onChange={(model) => model && onChange(model)}
      searchable
      allowDeselect={false}
      nothingFoundMessage={t("modelNotFound")}
      maxDropdownHeight={360}
    />
  );
}
