import { Button, Group } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { DeleteAccount } from "./DeleteAccount";
import { Section } from "./Section";

export function DangerSection() {
  const { t } = useTranslation("settings");
  const [deleting, { open, close }] = useDisclosure();
  return (
    <Section title={t("danger.title")} text={t("danger.text")}>
      <Group>
        <Button variant="default" c="var(--mantine-color-error)" onClick={open}>
          {t("danger.delete")}
        </Button>
      </Group>
      <DeleteAccount opened={deleting} onClose={close} />
    </Section>
  );
}
