import { Accordion, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { formatUsd } from "../../lib/money";
import classes from "./landing.module.css";

const QUESTIONS = [
  "phone",
  "begin",
  "sdks",
  "billing",
  "hangUp",
  "prompts",
  "keys",
  "empty",
  "password",
] as const;

export function Faq({ welcomeNano }: { welcomeNano: number }) {
  const { t } = useTranslation("landing");
  const questions = welcomeNano > 0 ? [...QUESTIONS, "welcome" as const] : QUESTIONS;
  return (
    <section className={`${classes.section} ${classes.faq}`} aria-labelledby="faq">
      <Title order={2} size="h3" mb="md" id="faq">
        {t("faq.title")}
      </Title>
      <Accordion variant="separated" order={3}>
        {questions.map((question) => (
          <Accordion.Item key={question} value={question}>
            <Accordion.Control>{t(`faq.${question}.question`)}</Accordion.Control>
            <Accordion.Panel maw="75ch">
              {t(`faq.${question}.answer`, { amount: formatUsd(welcomeNano) })}
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
    </section>
  );
}
