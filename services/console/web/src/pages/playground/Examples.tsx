import { Button, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Asking } from "./use-playground";

const EXAMPLES = ["token", "haiku", "code"] as const;

/** What stands where nothing was said yet: a first answer is one press away. */
export function Examples({
  asking,
  onSent,
}: {
  asking: Asking;
  /** The button that was pressed is about to go: the focus must not be lost with it. */
  onSent: () => void;
}) {
  const { t } = useTranslation("playground");
  return (
    <Stack align="center" ta="center" gap="xs" py="xl">
      <Text fw={650}>{t("empty.title")}</Text>
      <Text c="dimmed" size="sm" maw="50ch">
        {t("empty.text")}
      </Text>
      <Stack gap="xs" mt="sm" w="100%" maw={460} role="group" aria-label={t("empty.examples")}>
        {EXAMPLES.map((name) => {
          const text = t(`examples.${name}`);
          return (
            <Button
              key={name}
              variant="default"
              fw={400}
              h="auto"
              mih={44}
              py={8}
              styles={{ label: { whiteSpace: "normal", lineHeight: 1.4 } }}
              onClick={() => {
                if (asking.send({ text, pictures: [] })) onSent();
              }}
            >
              {text}
            </Button>
          );
        })}
      </Stack>
    </Stack>
  );
}
