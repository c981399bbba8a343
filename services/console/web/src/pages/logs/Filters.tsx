import { Select, SimpleGrid, TextInput } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useModelNames } from "../../api/use-model-names";
import { RangeFilter } from "../../components/RangeFilter";
import { withChosen } from "../../lib/choices";
import { RANGES } from "../../lib/range";
import { OUTCOMES } from "../../usage/outcomes";
import { useKeyNames } from "../../usage/use-key-names";
import { type LogsSearch, ORDERS, USUAL_RANGE } from "./search";

const OPERATIONS = [
  "chat",
  "responses",
  "completions",
  "embeddings",
  "images",
  "speech",
  "transcription",
  "moderation",
  "rerank",
] as const;

type Change = (change: Partial<LogsSearch>) => void;

/** Which records, and in which order. */
export function Filters({ search, onChange }: { search: LogsSearch; onChange: Change }) {
  const { t } = useTranslation("logs");
  const { keys, keyName } = useKeyNames();
  const keyIds = withChosen(
    keys.map((key) => key.id),
    search.key_id,
  );
  const models = withChosen(useModelNames(), search.model);
  return (
    <SimpleGrid cols={{ base: 2, lg: 4 }} spacing="sm" mb="md" style={{ alignItems: "end" }}>
      <RangeFilter names={RANGES} usual={USUAL_RANGE} value={search} onChange={onChange} />
      <Select
        label={t("filter.key")}
        placeholder={t("filter.allKeys")}
        data={keyIds.map((id) => ({ value: id, label: keyName(id) }))}
        value={search.key_id ?? null}
        onChange={(key_id) => onChange({ key_id: key_id ?? undefined })}
        searchable
        clearable
      />
      <Select
        label={t("filter.model")}
        placeholder={t("filter.allModels")}
        data={models}
        value={search.model ?? null}
        onChange={(model) => onChange({ model: model ?? undefined })}
        searchable
        clearable
      />
      <Select
        label={t("filter.operation")}
        placeholder={t("filter.allOperations")}
        data={[...OPERATIONS]}
        value={search.operation ?? null}
        onChange={(operation) => onChange({ operation: operation ?? undefined })}
        clearable
      />
      <Select
        label={t("filter.outcomes")}
        data={OUTCOMES.map((name) => ({ value: name, label: t(`outcomes.${name}`) }))}
        value={search.outcomes ?? OUTCOMES[0]}
        onChange={(outcomes) => onChange({ outcomes: outcomes ?? undefined })}
        allowDeselect={false}
      />
      <Select
        label={t("filter.order")}
        data={ORDERS.map((name) => ({ value: name, label: t(`order.${name}`) }))}
        value={search.order ?? ORDERS[0]}
        onChange={(order) => onChange({ order: order ?? undefined })}
        allowDeselect={false}
      />
      <RequestId value={search.request_id ?? ""} onChange={onChange} />
    </SimpleGrid>
  );
}

function RequestId({ value, onChange }: { value: string; onChange: Change }) {
  const { t } = useTranslation("logs");
  const [written, setWritten] = useState(value);
  useEffect(() => setWritten(value), [value]);
  const apply = (text: string) => {
    if (text.trim() !== value) onChange({ request_id: text.trim() || undefined });
  };
  return (
    <TextInput
      type="search"
      label={t("filter.requestId")}
      placeholder={t("filter.requestIdExample")}
      value={written}
      maxLength={64}
      autoComplete="off"
      onChange={(event) => {
        setWritten(event.currentTarget.value);
        if (event.currentTarget.value === "") apply("");
      }}
      onBlur={() => apply(written)}
      onKeyDown={(event) => event.key === "Enter" && apply(written)}
    />
  );
}
