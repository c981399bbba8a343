import { SimpleGrid, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import classes from "./landing.module.css";

const STEPS = ["account", "url", "debits"] as const;

export function Steps() {
  const { t } = useTranslation("landing");
  return (
    <section className={classes.section} aria-labelledby="steps">
      <Title order={2} size="h3" mb="lg" id="steps">
        {t("steps.title")}
      </Title>
      <SimpleGrid component="ol" m={0} p={0} cols={{ base: 1, sm: 3 }} spacing="xl">
        {STEPS.map((step, index) => (
          <li key={step} style={{ listStyle: "none" }}>
            <div className={classes.number} aria-hidden>
              {index + 1}
            </div>
            <Title order={3} size="h5" mt="sm" mb={4}>
              {t(`steps.${step}.title`)}
            </Title>
            <Text c="dimmed">{t(`steps.${step}.text`)}</Text>
          </li>
        ))}
      </SimpleGrid>
    </section>
  );
}
