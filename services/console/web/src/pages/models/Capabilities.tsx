import { Badge, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { type Model, operationsOf, takes } from "./catalogue";
import { MEDIA } from "./search";

/** What a model can be asked for, and what it takes beside text. */
export function Capabilities({ model }: { model: Model }) {
  const { t } = useTranslation("models");
  const words = [
    ...operationsOf(model).map((operation) => t(`operations.${operation}`)),
    ...MEDIA.filter((medium) => takes(model, medium)).map((medium) => t(`takes.${medium}`)),
  ];
  return (
    <Group gap={4}>
      {words.map((word) => (
        <Badge
          key={word}
          variant="light"
          color="gray"
          tt="none"
          fw={500}
          radius="sm"
          miw="max-content"
        >
          {word}
        </Badge>
      ))}
    </Group>
  );
}
