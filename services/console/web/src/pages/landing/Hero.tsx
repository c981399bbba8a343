import { Box, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { formatUsd } from "../../lib/money";
import { Actions } from "./Actions";
import classes from "./landing.module.css";
import { Samples } from "./Samples";

export function Hero({ apiUrl, welcomeNano }: { apiUrl: string | undefined; welcomeNano: number }) {
  const { t } = useTranslation("landing");
  return (
    <div className={classes.hero}>
      <Box miw={0}>
        <div className={classes.barrier} aria-hidden />
        <Title order={1} tabIndex={-1} className={classes.title}>
          {t("title")}
        </Title>
        <Text size="lg" c="dimmed" mt="md" mb="xl" maw="52ch">
          {t("lead")}
        </Text>
        <Actions />
        <Text size="sm" c="dimmed" mt="md" className={classes.terms}>
          {t("free")} {welcomeNano > 0 && t("welcome", { amount: formatUsd(welcomeNano) })}
        </Text>
      </Box>
      <Box className={classes.sample}>{apiUrl && <Samples apiUrl={apiUrl} />}</Box>
    </div>
  );
}
