import { Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { StatusBadge, type StatusTone } from "../../components/StatusBadge";
import type { Channel } from "./data";

type Key = Channel["keys"][number];

const TONES: Record<Key["health"], StatusTone> = {
  closed: "good",
  half_open: "warning",
  open: "bad",
};

/** How each key of a channel does, in words. */
export function Health({ of: { keys } }: { of: Channel }) {
  return (
    <Group gap={4}>
      {keys.map((key) => (
        <KeyHealth key={key.id} of={key} named={keys.length > 1} />
      ))}
    </Group>
  );
}

export function KeyHealth({
  of: { id, enabled, health, failures },
  named,
}: {
  of: Key;
  named: boolean;
}) {
  const { t } = useTranslation("admin-channels");
  const words = enabled ? t(`health.${health}`, { count: failures }) : t("health.off");
  return (
    <StatusBadge
      tone={enabled ? TONES[health] : "neutral"}
      label={named ? t("health.named", { key: id, words }) : words}
    />
  );
}
