import { Button, Group, Paper, Table, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { integer } from "../../lib/numbers";
import { Capabilities } from "./Capabilities";
import { type Bucket, type Model, priceLines } from "./catalogue";
import { COMPARED_MAX, useCompared } from "./compared";
import { vendorName } from "./vendors";

/** The chosen models side by side. */
export function Comparison({ models }: { models: Model[] }) {
  const { t } = useTranslation("models");
  const { compared, clear } = useCompared();
  const chosen = models.filter(({ name }) => compared.includes(name));
  if (chosen.length === 0) return null;
  return (
    <Paper
      withBorder
      p="md"
      mb="md"
      bg="var(--tollgate-surface)"
      component="section"
      aria-label={t("compare.title")}
    >
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h5">
          {t("compare.title")}
        </Title>
        <Button variant="subtle" size="xs" onClick={clear}>
          {t("compare.clear")}
        </Button>
      </Group>
      {chosen.length === 1 && (
        <Text size="sm" c="dimmed">
          {t("compare.hint", { count: COMPARED_MAX })}
        </Text>
      )}
      <SideBySide models={chosen} />
    </Paper>
  );
}

function SideBySide({ models }: { models: Model[] }) {
  const { t, i18n } = useTranslation("models");
  const count = (tokens: number) => (tokens ? integer(tokens, i18n.language) : "–");
  const facts: [string, (model: Model) => ReactNode][] = [
    [t("compare.vendor"), (model) => vendorName(model.owned_by)],
    [t("columns.can"), (model) => <Capabilities model={model} />],
    [t("columns.context"), (model) => count(model.context_tokens)],
    [t("columns.longest"), (model) => count(model.max_output_tokens)],
    ...bucketsOf(models).map((bucket): [string, (model: Model) => ReactNode] => [
      t(`buckets.${bucket}`),
      (model) => <Price model={model} bucket={bucket} />,
    ]),
  ];
  return (
    <Table.ScrollContainer
      type="native"
      minWidth={0}
      role="region"
      aria-label={t("compare.title")}
      tabIndex={0}
    >
      <Table aria-label={t("compare.title")}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("compare.fact")}</Table.Th>
            {models.map(({ name }) => (
              <Table.Th key={name}>{name}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {facts.map(([name, of]) => (
            <Table.Tr key={name}>
              <Table.Th scope="row">{name}</Table.Th>
              {models.map((model) => (
                <Table.Td key={model.name}>{of(model)}</Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Price({ model, bucket }: { model: Model; bucket: Bucket }) {
  const { t } = useTranslation("models");
  const line = priceLines(model).find((one) => one.bucket === bucket);
  return line ? `${line.usd} ${t(`units.${line.unit}`)}` : "–";
}

/** All that any of them is billed by. */
function bucketsOf(models: Model[]): Bucket[] {
  const buckets = models.flatMap((model) => priceLines(model).map(({ bucket }) => bucket));
  return [...new Set(buckets)];
}
