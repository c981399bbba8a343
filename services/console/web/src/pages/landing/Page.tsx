import { Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { aboutQuery } from "../../api/queries";
import { usePageTitle } from "../../lib/use-page-title";
import { Actions } from "./Actions";
import { Faq } from "./Faq";
import { Features } from "./Features";
import { Hero } from "./Hero";
import classes from "./landing.module.css";
import { Steps } from "./Steps";
import { Vendors } from "./Vendors";

export default function LandingPage() {
  const { t } = useTranslation("landing");
  const { data: about } = useQuery(aboutQuery);
  const welcomeNano = about?.welcome_credit_nano ?? 0;
  usePageTitle(t("title"));
  return (
    <>
      <Hero apiUrl={about?.api_url} welcomeNano={welcomeNano} />
      <Vendors />
      <Steps />
      <Features />
      <Faq welcomeNano={welcomeNano} />
      <section className={classes.band} aria-labelledby="begin">
        <Title order={2} id="begin">
          {t("begin.title")}
        </Title>
        <Text c="dimmed" mt={4} mb="lg">
          {t("begin.text")}
        </Text>
        <Actions centred />
      </section>
    </>
  );
}
