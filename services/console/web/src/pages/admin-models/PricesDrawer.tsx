import { Code, Drawer, Group, Stack, Table, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schema } from "../../api/client";
import { Money } from "../../components/Money";
import { StatusBadge } from "../../components/StatusBadge";
import { BUCKETS } from "../../usage/units";

type Price = Schema<"Price">;

const RATES = BUCKETS.map((bucket) => `${bucket}_nano` as const);

/** Every price of a model, the current one first. */
export function PricesDrawer({
  model,
  onClose,
}: {
  model: Schema<"PricedModel"> | undefined;
  onClose: () => void;
}) {
  const { t } = useTranslation("admin-models");
  return (
    <Drawer
      opened={model !== undefined}
      onClose={onClose}
      position="right"
      size="md"
      title={t("prices.title", { model: model?.name ?? "" })}
    >
      {model && (
        <Stack gap="xl">
          <Text size="sm">{t("prices.text")}</Text>
          <Rates price={model.price} current />
          {model.former_prices.map((price) => (
            <Rates key={price.version} price={price} />
          ))}
        </Stack>
      )}
    </Drawer>
  );
}

function Rates({ price, current = false }: { price: Price; current?: boolean }) {
  const { t } = useTranslation("admin-models");
  const rates = RATES.filter((rate) => price[rate] !== 0);
  return (
    <section>
      <Group gap="xs" mb="xs">
        <Title order={3} size="h5" style={{ overflowWrap: "anywhere" }}>
          <Code>{price.version}</Code>
        </Title>
        <StatusBadge
          tone={current ? "good" : "neutral"}
          label={t(current ? "prices.current" : "prices.former")}
        />
      </Group>
      <Table aria-label={price.version}>
        <Table.Tbody>
          {rates.map((rate) => (
            <Table.Tr key={rate}>
              <Table.Th scope="row" fw={400}>
                {t(`rate.${rate}`)}
              </Table.Th>
              <Table.Td ta="end">
                <Money nano={price[rate]} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {rates.length === 0 && <Text>{t("prices.free")}</Text>}
    </section>
  );
}
