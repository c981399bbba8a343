import { Button, Menu } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import {
  IconAdjustments,
  IconCode,
  IconColumns,
  IconDownload,
  IconEraser,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { ConfirmModal } from "../../components/ConfirmModal";
import { downloadText } from "../../lib/download";
import { CodeModal } from "./CodeModal";
import { COLUMNS_MAX, withColumn } from "./conversation";
import { toJson, toMarkdown } from "./export";
import type { Settings } from "./settings";
import type { Asking } from "./use-playground";

/** What can be done with the whole conversation. */
export function Actions({
  asking,
  settings,
  settingsOpened,
  onSettings,
}: {
  asking: Asking;
  settings: Settings;
  settingsOpened: boolean;
  onSettings: () => void;
}) {
  const { t } = useTranslation("playground");
  const [codeOpened, code] = useDisclosure();
  const { columns } = asking.talk;
  const last = columns.at(-1);
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconColumns size={16} />}
        disabled={columns.length >= COLUMNS_MAX}
        onClick={() => last && asking.change((talk) => withColumn(talk, last.model))}
      >
        {t("actions.compare")}
      </Button>
      <Button variant="default" leftSection={<IconCode size={16} />} onClick={code.open}>
        {t("actions.code")}
      </Button>
      <Export asking={asking} system={settings.system} />
      <Clear asking={asking} />
      <Button
        variant="default"
        leftSection={<IconAdjustments size={16} />}
        aria-expanded={settingsOpened}
        onClick={onSettings}
      >
        {t("actions.settings")}
      </Button>
      <CodeModal opened={codeOpened} onClose={code.close} talk={asking.talk} settings={settings} />
    </>
  );
}

function Export({ asking: { talk }, system }: { asking: Asking; system: string }) {
  const { t } = useTranslation("playground");
  return (
    <Menu>
      <Menu.Target>
        <Button
          variant="default"
          leftSection={<IconDownload size={16} />}
          disabled={talk.turns.length === 0}
        >
          {t("actions.export")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          onClick={() =>
            downloadText("conversation.json", "application/json", toJson(talk, system))
          }
        >
          JSON
        </Menu.Item>
        <Menu.Item
          onClick={() => downloadText("conversation.md", "text/markdown", toMarkdown(talk, system))}
        >
          Markdown
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function Clear({ asking: { talk, change, forgetObstacle } }: { asking: Asking }) {
  const { t } = useTranslation("playground");
  const [opened, { open, close }] = useDisclosure();
  function clear(): void {
    change(({ columns }) => ({ columns, turns: [] }));
    forgetObstacle();
    close();
  }
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconEraser size={16} />}
        disabled={talk.turns.length === 0}
        onClick={open}
      >
        {t("actions.clear")}
      </Button>
      <ConfirmModal
        opened={opened}
        onClose={close}
        title={t("clear.title")}
        text={t("clear.text")}
        action={t("clear.action")}
        danger
        onConfirm={clear}
      />
    </>
  );
}
