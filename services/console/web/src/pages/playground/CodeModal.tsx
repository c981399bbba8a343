import { Modal, Stack, Tabs, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { aboutQuery } from "../../api/queries";
import { useKnownKey } from "../../app/first-key";
import { CodeBlock } from "../../components/CodeBlock";
import { QueryBoundary } from "../../components/QueryBoundary";
import { NO_KEY } from "../../lib/api-address";
import { samplesOf } from "./code";
import { bodyOf, type Column, type Conversation, type Turn } from "./conversation";
import type { Settings } from "./settings";

interface Spoken {
  talk: Conversation;
  settings: Settings;
}

/** The call of the present conversation, as a program would make it. */
export function CodeModal({
  opened,
  onClose,
  ...spoken
}: Spoken & { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation("playground");
  return (
    <Modal opened={opened} onClose={onClose} title={t("code.title")} size="xl">
      <Columns {...spoken} />
    </Modal>
  );
}

function Columns({ talk, settings }: Spoken) {
  const { t } = useTranslation("playground");
  const about = useQuery(aboutQuery);
  const key = useKnownKey();
  return (
    <Stack>
      <Text size="sm">{t(key ? "code.withKey" : "code.withoutKey")}</Text>
      <QueryBoundary query={about}>
        {({ api_url: apiUrl }) => (
          <>
            {talk.columns.map((column) => (
              <Samples
                key={column.id}
                column={column}
                turns={talk.turns}
                settings={settings}
                access={{ apiUrl, key: key ?? NO_KEY }}
              />
            ))}
          </>
        )}
      </QueryBoundary>
    </Stack>
  );
}

function Samples({
  column,
  turns,
  settings,
  access,
}: {
  column: Column;
  turns: readonly Turn[];
  settings: Settings;
  access: { apiUrl: string; key: string };
}) {
  const { t } = useTranslation("playground");
  const example: Turn = { id: 0, text: t("code.example"), pictures: [], answers: new Map() };
  const body = bodyOf(column, turns.length > 0 ? turns : [example], settings);
  const samples = samplesOf(body, access);
  return (
    <Tabs defaultValue="curl" keepMounted={false}>
      <Tabs.List aria-label={t("code.language", { model: column.model })} mb="xs">
        {samples.map(({ name }) => (
          <Tabs.Tab key={name} value={name}>
            {name}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {samples.map(({ name, code }) => (
        <Tabs.Panel key={name} value={name}>
          <CodeBlock label={column.model} code={code} />
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
