import { Box, Checkbox, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { CopyButton } from "../../components/CopyButton";
import { type Column, DataTable, figureColumn } from "../../components/DataTable";
import { AnchorLink } from "../../components/links";
import { StatusBadge } from "../../components/StatusBadge";
import { compact } from "../../lib/numbers";
import { Capabilities } from "./Capabilities";
import { type Bucket, type Model, priceLines } from "./catalogue";
import { COMPARED_MAX, useCompared } from "./compared";
import type { ModelsSearch } from "./search";
import { vendorName } from "./vendors";

/** Where a price stands: the first of these buckets that the model is billed by. */
const PRICES = {
  input: ["input_nano", "audio_input_nano", "calls_nano"],
  cached: ["cached_read_nano"],
  output: ["output_nano", "image_output_nano", "audio_output_nano"],
} as const;

export function ModelsTable({ models, search }: { models: Model[]; search: ModelsSearch }) {
  const { t, i18n } = useTranslation("models");
  const tokens = (count: number) => (count ? compact(count, i18n.language) : "–");
  const columns: Column<Model>[] = [
    {
      key: "name",
      header: t("columns.name"),
      render: (model) => <Name model={model} search={search} />,
    },
    {
      key: "can",
      header: t("columns.can"),
      render: (model) => <Capabilities model={model} />,
    },
    figureColumn("context", t("columns.context"), (model) => tokens(model.context_tokens)),
    figureColumn("longest", t("columns.longest"), (model) => tokens(model.max_output_tokens)),
    ...(["input", "cached", "output"] as const).map((side) =>
      figureColumn<Model>(side, t(`columns.${side}`), (model) => (
        <Price model={model} of={PRICES[side]} />
      )),
    ),
    {
      key: "served",
      header: t("columns.served"),
      render: ({ served }) => (
        <StatusBadge
          tone={served ? "good" : "neutral"}
          label={t(served ? "served" : "notServed")}
        />
      ),
    },
  ];
  return (
    <DataTable label={t("title")} columns={columns} rows={models} rowKey={(model) => model.name} />
  );
}

function Name({ model, search }: { model: Model; search: ModelsSearch }) {
  const { t } = useTranslation("models");
  const { compared, toggle } = useCompared();
  const chosen = compared.includes(model.name);
  return (
    <Box>
      <Group gap={4} wrap="nowrap">
        <Checkbox
          size="xs"
          mr={4}
          aria-label={t("compare.choose", { name: model.name })}
          checked={chosen}
          disabled={!chosen && compared.length >= COMPARED_MAX}
          onChange={() => toggle(model.name)}
        />
        <AnchorLink
          size="sm"
          fw={600}
          style={{ whiteSpace: "nowrap" }}
          to="/models"
          resetScroll={false}
          search={{ ...search, model: model.name }}
        >
          {model.name}
        </AnchorLink>
        <CopyButton text={model.name} label={t("copyName", { name: model.name })} />
      </Group>
      <Text size="xs" c="dimmed">
        {vendorName(model.owned_by)}
      </Text>
    </Box>
  );
}

/** Of a million tokens unless it says otherwise. */
function Price({ model, of }: { model: Model; of: readonly Bucket[] }) {
  const { t } = useTranslation("models");
  const lines = priceLines(model);
  if (lines.length === 0) return t("free");
  const line = of.flatMap((bucket) => lines.find((one) => one.bucket === bucket) ?? [])[0];
  if (!line) return "–";
  return (
    <Text span inherit style={{ fontVariantNumeric: "tabular-nums" }}>
      {line.usd}
      {line.unit !== "tokens" && (
        <Text span size="xs" c="dimmed" display="block">
          {t(`units.${line.unit}`)}
        </Text>
      )}
    </Text>
  );
}
