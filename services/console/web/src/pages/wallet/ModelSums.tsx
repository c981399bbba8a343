import { Table, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Money } from "../../components/Money";
import { integer } from "../../lib/numbers";
import { type GroupTotal, sum } from "../../usage/totals";

/** Which models a month's usage was of. */
export function ModelSums({ models, beyond }: { models: GroupTotal[]; beyond: number }) {
  const { t, i18n } = useTranslation("wallet");
  const requests = sum(models, (model) => model.requests);
  const costNano = sum(models, (model) => model.costNano);
  if (models.length === 0) return <Text size="sm">{t("statement.noUsage")}</Text>;
  return (
    <div>
      <Title order={3} size="h5">
        {t("statement.byModel")}
      </Title>
      <Table aria-label={t("statement.byModel")}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("statement.model")}</Table.Th>
            <Table.Th ta="end">{t("statement.requests")}</Table.Th>
            <Table.Th ta="end">{t("statement.cost")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {models.map((model) => (
            <Table.Tr key={model.group}>
              <Table.Td>{model.group}</Table.Td>
              <Table.Td ta="end">{integer(model.requests, i18n.language)}</Table.Td>
              <Table.Td ta="end">
                <Money nano={model.costNano} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
        <Table.Tfoot>
          <Table.Tr>
            <Table.Th scope="row">{t("statement.all")}</Table.Th>
            <Table.Td ta="end" fw={650}>
              {integer(requests, i18n.language)}
            </Table.Td>
            <Table.Td ta="end" fw={650}>
              <Money nano={costNano} />
            </Table.Td>
          </Table.Tr>
        </Table.Tfoot>
      </Table>
      <Text size="xs" c="dimmed" mt="xs">
        {beyond === 0 ? t("statement.same") : t("statement.beyond")}
      </Text>
    </div>
  );
}
