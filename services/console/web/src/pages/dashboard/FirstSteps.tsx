import {
  Badge,
  Box,
  CloseButton,
  Group,
  Paper,
  Stack,
  Text,
  ThemeIcon,
  Title,
} from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { IconCheck, IconCircleDashed } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { CodeBlock } from "../../components/CodeBlock";
import { AnchorLink } from "../../components/links";
import { snippetsOf } from "../../guide/text";
import { useGuidePage } from "../../guide/use-guide";
import { useKeys, useWallet } from "./use-usage";

/** What is to be done before the first answer. Steps tick themselves; all of it can be put away. */
export function FirstSteps() {
  const { t } = useTranslation("dashboard");
  const keys = useKeys().data?.keys;
  const wallet = useWallet().data;
  const [hidden, setHidden] = useLocalStorage({
    key: "tollgate.first-steps-hidden",
    defaultValue: false,
    getInitialValueInEffect: false,
  });
  if (!keys || !wallet || hidden) return null;
  const hasKey = keys.some((key) => !key.playground && key.state === "active");
  const hasCredit = wallet.posted_nano > 0;
  // What is not known now is nothing to urge anybody to.
  const hasCalled = keys.some((key) => key.last_used_ms !== 0);
  if (hasKey && hasCredit && hasCalled) return null;
  return (
    <Paper
      withBorder
      p="md"
      mb="lg"
      bg="var(--tollgate-surface)"
      component="section"
      aria-label={t("firstSteps.title")}
    >
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <Box>
          <Title order={2} size="h4">
            {t("firstSteps.title")}
          </Title>
          <Text c="dimmed" size="sm">
            {t("firstSteps.text")}
          </Text>
        </Box>
        <CloseButton aria-label={t("firstSteps.dismiss")} onClick={() => setHidden(true)} />
      </Group>
      <Stack component="ol" gap="md" mt="md" p={0} style={{ listStyle: "none" }}>
        <Step done={hasKey} title={t("firstSteps.key")} text={t("firstSteps.keyText")}>
          <AnchorLink to="/keys">{t("firstSteps.keys")}</AnchorLink>
        </Step>
        <Step done={hasCredit} title={t("firstSteps.credit")} text={t("firstSteps.creditText")}>
          <AnchorLink to="/wallet">{t("firstSteps.wallet")}</AnchorLink>
        </Step>
        <Step done={hasCalled} title={t("firstSteps.call")} text={t("firstSteps.callText")}>
          <FirstCall />
          <Group gap="lg">
            <AnchorLink to="/playground">{t("firstSteps.playground")}</AnchorLink>
            <AnchorLink to="/docs/$page" params={{ page: "quickstart" }}>
              {t("firstSteps.docs")}
            </AnchorLink>
          </Group>
        </Step>
      </Stack>
    </Paper>
  );
}

/** What is done needs no explanation. */
function Step({
  done,
  title,
  text,
  children,
}: {
  done: boolean;
  title: string;
  text: string;
  children: ReactNode;
}) {
  const { t } = useTranslation("dashboard");
  const Icon = done ? IconCheck : IconCircleDashed;
  return (
    <Group component="li" align="flex-start" wrap="nowrap" gap="sm">
      <ThemeIcon variant="light" color={done ? "green" : "gray"} radius="xl" size={26}>
        <Icon size={16} />
      </ThemeIcon>
      <Stack gap={6} miw={0} flex={1}>
        <Group gap="xs">
          <Text fw={600}>{title}</Text>
          <Badge variant="light" color={done ? "green" : "gray"} tt="none">
            {done ? t("firstSteps.done") : t("firstSteps.open")}
          </Badge>
        </Group>
        {!done && (
          <>
            <Text size="sm" c="dimmed">
              {text}
            </Text>
            {children}
          </>
        )}
      </Stack>
    </Group>
  );
}

function FirstCall() {
  const body = useGuidePage("quickstart").data?.body ?? "";
  const [first] = snippetsOf(body);
  return first ? <CodeBlock code={first.code} label={first.heading} /> : null;
}
