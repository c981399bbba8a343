import { Group, Paper, SimpleGrid, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { modelsQuery } from "../../api/queries";
import { AnchorLink } from "../../components/links";
import { formatUsd } from "../../lib/money";
import classes from "./landing.module.css";
import { offers, VENDORS } from "./offers";

/** Whose models there are, and from which price; the prices come after the first paint. */
export function Vendors() {
  const { t } = useTranslation("landing");
  const { data } = useQuery(modelsQuery);
  const offered = data && offers(data.models);
  return (
    <section className={classes.section} aria-labelledby="vendors">
      <Group justify="space-between" align="baseline" mb="md">
        <Title order={2} size="h3" id="vendors">
          {t("vendors.title")}
        </Title>
        <AnchorLink to="/models">{t("vendors.all")}</AnchorLink>
      </Group>
      <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="sm">
        {Object.entries(VENDORS).map(([id, name]) => {
          const offer = offered?.get(id);
          return (
            <Paper key={id} withBorder p="md" bg="var(--tollgate-surface)">
              <Text fw={650}>{name}</Text>
              <Text size="sm" c="dimmed" mih="1.55em">
                {offer &&
                  t("vendors.offer", { count: offer.models, price: formatUsd(offer.fromNano) })}
                {offered && !offer && t("vendors.none")}
              </Text>
            </Paper>
          );
        })}
      </SimpleGrid>
      <Text size="xs" c="dimmed" mt="xs">
        {t("vendors.unit")}
      </Text>
    </section>
  );
}
