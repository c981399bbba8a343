import { ActionIcon, Group, Switch } from "@mantine/core";
import { IconPencil, IconPlugConnected, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Channel } from "./data";

export interface Deeds {
  onSwitch: (channel: Channel, enabled: boolean) => void;
  onTest: (channel: Channel) => void;
  onEdit: (channel: Channel) => void;
  onRemove: (channel: Channel) => void;
  /** What is being switched: shown at once. */
  switching: { id: string; enabled: boolean } | undefined;
}

/** A channel that is configured elsewhere can be tested, and not changed. */
export function ChannelDeeds({
  of: channel,
  onSwitch,
  onTest,
  onEdit,
  onRemove,
  switching,
}: Deeds & { of: Channel }) {
  const { t } = useTranslation("admin-channels");
  const { id, enabled, source } = channel;
  return (
    <Group gap={4} wrap="nowrap" justify="flex-end">
      {source === "store" && (
        <Switch
          mr={6}
          aria-label={t("deed.switch", { id })}
          checked={switching?.id === id ? switching.enabled : enabled}
          onChange={({ currentTarget }) => onSwitch(channel, currentTarget.checked)}
        />
      )}
      <ActionIcon
        variant="subtle"
        color="gray"
        c="inherit"
        aria-label={t("deed.test", { id })}
        onClick={() => onTest(channel)}
      >
        <IconPlugConnected size={17} />
      </ActionIcon>
      {source === "store" && (
        <>
          <ActionIcon
            variant="subtle"
            color="gray"
            c="inherit"
            aria-label={t("deed.edit", { id })}
            onClick={() => onEdit(channel)}
          >
            <IconPencil size={17} />
          </ActionIcon>
          <ActionIcon
            variant="subtle"
            color="red"
            aria-label={t("deed.remove", { id })}
            onClick={() => onRemove(channel)}
          >
            <IconTrash size={17} />
          </ActionIcon>
        </>
      )}
    </Group>
  );
}
