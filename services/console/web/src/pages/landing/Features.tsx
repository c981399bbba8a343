import { Grid, SimpleGrid, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import classes from "./landing.module.css";
import { Receipt } from "./Receipt";

const FEATURES = ["exact", "once", "bytes", "keys"] as const;

export function Features() {
  const { t } = useTranslation("landing");
  return (
    <section className={classes.section} aria-labelledby="features">
      <Title order={2} size="h3" mb="lg" id="features">
        {t("features.title")}
      </Title>
      <Grid gap="xl" align="center">
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Receipt />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 7 }}>
          <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xl">
            {FEATURES.map((feature) => (
              <div key={feature}>
                <Title order={3} size="h5" mb={4}>
                  {t(`features.${feature}.title`)}
                </Title>
                <Text c="dimmed">{t(`features.${feature}.text`)}</Text>
              </div>
            ))}
          </SimpleGrid>
        </Grid.Col>
      </Grid>
    </section>
  );
}
