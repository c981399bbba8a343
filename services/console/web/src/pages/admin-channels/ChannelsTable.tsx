import { Code, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { type Column, DataTable } from "../../components/DataTable";
import { StatusBadge } from "../../components/StatusBadge";
import { ChannelDeeds, type Deeds } from "./ChannelDeeds";
import type { Channel } from "./data";
import { Health } from "./Health";

/** Channels, one a row; without deeds for who may only look. */
export function ChannelsTable({ channels, deeds }: { channels: Channel[]; deeds?: Deeds }) {
  const { t } = useTranslation("admin-channels");
  const columns: Column<Channel>[] = [
    { key: "id", header: t("column.id"), render: (channel) => <Name of={channel} /> },
    { key: "health", header: t("column.health"), render: (channel) => <Health of={channel} /> },
    { key: "state", header: t("column.state"), render: (channel) => <State of={channel} /> },
    {
      key: "source",
      header: t("column.source"),
      render: ({ source }) => t(`source.${source}`),
    },
    {
      key: "priority",
      header: t("column.priority"),
      align: "end",
      render: ({ priority }) => priority,
    },
    { key: "weight", header: t("column.weight"), align: "end", render: ({ weight }) => weight },
    { key: "models", header: t("column.models"), render: (channel) => <Models of={channel} /> },
  ];
  if (deeds) {
    columns.push({
      key: "deeds",
      header: t("column.deeds"),
      align: "end",
      render: (channel) => <ChannelDeeds of={channel} {...deeds} />,
    });
  }
  return (
    <DataTable
      label={t("title")}
      columns={columns}
      rows={channels}
      rowKey={(channel) => channel.id}
    />
  );
}

function Name({ of: { id, provider, base_url } }: { of: Channel }) {
  return (
    <div>
      <Text fw={600} inherit>
        {id}
      </Text>
      <Text size="xs" c="dimmed">
        {provider}
      </Text>
      <Code style={{ overflowWrap: "anywhere" }}>{base_url}</Code>
    </div>
  );
}

function State({ of: { enabled, sandbox } }: { of: Channel }) {
  const { t } = useTranslation("admin-channels");
  if (!enabled) return <StatusBadge tone="neutral" label={t("state.off")} />;
  return (
    <StatusBadge
      tone={sandbox ? "warning" : "good"}
      label={t(sandbox ? "state.sandbox" : "state.on")}
    />
  );
}

function Models({ of: { models, serves } }: { of: Channel }) {
  const { t } = useTranslation("admin-channels");
  return (
    <div>
      {t("models.count", { count: models })}
      {serves.length > 0 && (
        <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
          {t("models.only", { names: serves.map(({ name }) => name).join(", ") })}
        </Text>
      )}
    </div>
  );
}
