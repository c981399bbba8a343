import { Button, Stack, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useUser } from "../../app/session";
import { ErrorAlert } from "../../components/ErrorAlert";
import { PageHeader } from "../../components/PageHeader";
import { QueryBoundary } from "../../components/QueryBoundary";
import { AddChannel } from "./AddChannel";
import { ChannelsTable } from "./ChannelsTable";
import { type Channel, useChannels, useSwitchChannel } from "./data";
import { EditChannel } from "./EditChannel";
import { RemoveChannel } from "./RemoveChannel";
import { TestChannel } from "./TestChannel";

export default function AdminChannelsPage() {
  const { t } = useTranslation("admin-channels");
  const channels = useChannels();
  const mayChange = useUser().role === "admin";
  const [adding, setAdding] = useState(false);
  const add = (
    <Button leftSection={<IconPlus size={18} />} onClick={() => setAdding(true)}>
      {t("add.open")}
    </Button>
  );
  return (
    <>
      <PageHeader
        title={t("title")}
        description={t("description")}
        actions={mayChange ? add : undefined}
      />
      <QueryBoundary
        query={channels}
        empty={{ when: (all) => !all.length, title: t("empty.title"), text: t("empty.text") }}
      >
        {(all) => (mayChange ? <Changeable channels={all} /> : <ChannelsTable channels={all} />)}
      </QueryBoundary>
      <Text size="sm" c="dimmed" mt="md" maw="80ch">
        {t("elsewhere")}
      </Text>
      <AddChannel opened={adding} onClose={() => setAdding(false)} />
    </>
  );
}

function Changeable({ channels }: { channels: Channel[] }) {
  const [tested, setTested] = useState<Channel | null>(null);
  const [edited, setEdited] = useState<Channel | null>(null);
  const [removed, setRemoved] = useState<Channel | null>(null);
  const switching = useSwitchChannel();
  return (
    <Stack>
      {switching.error && <ErrorAlert error={switching.error} />}
      <ChannelsTable
        channels={channels}
        deeds={{
          onSwitch: ({ id }, enabled) => switching.mutate({ id, enabled }),
          onTest: setTested,
          onEdit: setEdited,
          onRemove: setRemoved,
          switching: switching.isPending ? switching.variables : undefined,
        }}
      />
      <TestChannel tested={tested} onClose={() => setTested(null)} />
      <EditChannel edited={edited} onClose={() => setEdited(null)} />
      <RemoveChannel removed={removed} onClose={() => setRemoved(null)} />
    </Stack>
  );
}
