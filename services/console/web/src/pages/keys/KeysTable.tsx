import { ActionIcon, Code, Group, Switch, Text } from "@mantine/core";
import { IconPencil, IconTrash } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { type Column, DataTable, type Sorting } from "../../components/DataTable";
import { Money } from "../../components/Money";
import { StatusBadge } from "../../components/StatusBadge";
import { Time } from "../../components/Time";
import { Restrictions } from "./Restrictions";
import type { Key } from "./select";

interface Deeds {
  onSwitch: (key: Key, state: "active" | "disabled") => void;
  onEdit: (key: Key) => void;
  onDelete: (key: Key) => void;
}

/** Keys, one a row. */
export function KeysTable({
  keys,
  sorting,
  onSort,
  ...deeds
}: Deeds & {
  keys: Key[];
  sorting: Sorting;
  onSort: (sorting: Sorting) => void;
}) {
  const { t } = useTranslation("keys");
  const columns: Column<Key>[] = [
    { key: "label", header: t("column.label"), sortable: true, render: (key) => <Name of={key} /> },
    { key: "state", header: t("column.state"), render: (key) => <State of={key} /> },
    { key: "limits", header: t("column.limits"), render: (key) => <Restrictions of={key} /> },
    {
      key: "created_at_ms",
      header: t("column.created"),
      sortable: true,
      render: (key) => (
        <OneLine>
          <Time ms={key.created_at_ms} as="date" />
        </OneLine>
      ),
    },
    {
      key: "last_used_ms",
      header: t("column.used"),
      sortable: true,
      render: ({ last_used_ms: ms }) => (
        <OneLine>
          {ms ? <Time ms={ms} as="relative" /> : t(ms === null ? "unknown" : "never")}
        </OneLine>
      ),
    },
    {
      key: "cost_nano",
      header: t("column.spent"),
      align: "end",
      sortable: true,
      render: ({ cost_nano: nano }) => (nano === null ? t("unknown") : <Money nano={nano} />),
    },
    {
      key: "deeds",
      header: t("column.deeds"),
      align: "end",
      render: (key) => <DeedButtons of={key} {...deeds} />,
    },
  ];
  return (
    <DataTable
      label={t("title")}
      columns={columns}
      rows={keys}
      rowKey={(key) => key.id}
      sorting={sorting}
      onSort={onSort}
    />
  );
}

function Name({ of: { label, last4 } }: { of: Key }) {
  return (
    <div>
      <Text inherit fw={600} maw={240} style={{ overflowWrap: "anywhere" }}>
        {label}
      </Text>
      <Code>sk-...{last4}</Code>
    </div>
  );
}

function OneLine({ children }: { children: ReactNode }) {
  return (
    <Text span inherit style={{ whiteSpace: "nowrap" }}>
      {children}
    </Text>
  );
}

function State({ of: { state, expires_at_ms } }: { of: Key }) {
  const { t } = useTranslation("keys");
  if (state !== "active") return <StatusBadge tone="neutral" label={t("state.disabled")} />;
  const isOver = expires_at_ms !== 0 && expires_at_ms <= Date.now();
  if (isOver) return <StatusBadge tone="warning" label={t("state.expired")} />;
  return <StatusBadge tone="good" label={t("state.active")} />;
}

function DeedButtons({ of: key, onSwitch, onEdit, onDelete }: Deeds & { of: Key }) {
  const { t } = useTranslation("keys");
  const name = key.label;
  return (
    <Group gap={4} wrap="nowrap" justify="flex-end">
      <Switch
        mr={6}
        aria-label={t("deed.switch", { name })}
        checked={key.state === "active"}
        onChange={({ currentTarget }) =>
          onSwitch(key, currentTarget.checked ? "active" : "disabled")
        }
      />
      <ActionIcon
        variant="subtle"
        color="gray"
        c="inherit"
        aria-label={t("deed.edit", { name })}
        onClick={() => onEdit(key)}
      >
        <IconPencil size={17} />
      </ActionIcon>
      <ActionIcon
        variant="subtle"
        color="red"
        aria-label={t("deed.delete", { name })}
        onClick={() => onDelete(key)}
      >
        <IconTrash size={17} />
      </ActionIcon>
    </Group>
  );
}
