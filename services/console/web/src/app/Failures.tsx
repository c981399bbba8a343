import { Button, Group, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ButtonLink } from "../components/links";
import { usePageTitle } from "../lib/use-page-title";

/** For addresses that lead nowhere, and for what a role may not see. */
export function NotFound() {
  const { t } = useTranslation();
  return (
    <Failure title={t("notFound.title")} text={t("notFound.text")}>
      <ButtonLink to="/">{t("notFound.action")}</ButtonLink>
    </Failure>
  );
}

/** For pages that threw while they were drawn. */
export function Broken() {
  const { t } = useTranslation();
  return (
    <Failure title={t("broken.title")} text={t("broken.text")}>
      <Button onClick={() => window.location.reload()}>{t("broken.action")}</Button>
    </Failure>
  );
}

function Failure({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  usePageTitle(title);
  return (
    <Stack align="center" ta="center" py={80} px="md" gap="sm">
      <Title order={1} tabIndex={-1}>
        {title}
      </Title>
      <Text c="dimmed" maw="50ch">
        {text}
      </Text>
      <Group mt="md">{children}</Group>
    </Stack>
  );
}
