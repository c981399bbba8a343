import { Anchor, Code, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schema } from "../../api/client";
import { type Column, DataTable } from "../../components/DataTable";
import { Money } from "../../components/Money";
import { StatusBadge } from "../../components/StatusBadge";

type Model = Schema<"PricedModel">;
const RATES = ["input_nano", "cached_read_nano", "output_nano"] as const;

export function ModelsTable({
  models,
  onOpen,
}: {
  models: Model[];
  onOpen: (model: string) => void;
}) {
  const { t } = useTranslation("admin-models");
  const columns: Column<Model>[] = [
    {
      key: "name",
      header: t("column.model"),
      render: ({ name, aliases }) => (
        <>
          <Anchor component="button" type="button" inherit ta="start" onClick={() => onOpen(name)}>
            {name}
          </Anchor>
          {aliases.length > 0 && (
            <Text size="xs" c="dimmed">
              {t("aliases", { names: aliases.join(", ") })}
            </Text>
          )}
        </>
      ),
    },
    { key: "vendor", header: t("column.vendor"), render: ({ owned_by }) => owned_by },
    { key: "provider", header: t("column.provider"), render: ({ provider }) => provider },
    {
      key: "served",
      header: t("column.served"),
      render: ({ served }) => (
        <StatusBadge
          tone={served ? "good" : "bad"}
          label={t(served ? "served.yes" : "served.no")}
        />
      ),
    },
    ...RATES.map(
      (rate): Column<Model> => ({
        key: rate,
        header: t(`rate.${rate}`),
        align: "end",
        render: ({ price }) => (price[rate] ? <Money nano={price[rate]} /> : "–"),
      }),
    ),
    {
      key: "version",
      header: t("column.version"),
      render: ({ price, former_prices: { length } }) => (
        <>
          <Code style={{ overflowWrap: "anywhere" }}>{price.version}</Code>
          {length > 0 && (
            <Text size="xs" c="dimmed">
              {t("former", { count: length })}
            </Text>
          )}
        </>
      ),
    },
  ];
  return (
    <DataTable label={t("title")} columns={columns} rows={models} rowKey={(model) => model.name} />
  );
}
