import { Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import mark from "../favicon.svg";

export function Logo() {
  const { t } = useTranslation();
  return (
    <Group gap={8} wrap="nowrap">
      <img src={mark} alt="" width={26} height={26} />
      <Text component="span" fw={700} size="lg" lh={1}>
        {t("product")}
      </Text>
    </Group>
  );
}
