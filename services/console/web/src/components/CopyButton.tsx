import { ActionIcon } from "@mantine/core";
import { IconCheck, IconCopy, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useCopy } from "../lib/use-copy";

const ICONS = { ready: IconCopy, copied: IconCheck, failed: IconX };

/** Copies a text. `label` says what, where "Copy" does not tell. */
export function CopyButton({ text, label }: { text: string; label?: string }) {
  const { t } = useTranslation();
  const { state, copy } = useCopy();
  const ready = label ?? t("copy.copy");
  const Icon = ICONS[state];
  return (
    <ActionIcon
      variant="subtle"
      color={state === "failed" ? "red" : "gray"}
      c={state === "ready" ? "inherit" : undefined}
      aria-label={ready}
      title={state === "ready" ? ready : t(`copy.${state}`)}
      onClick={() => void copy(text)}
    >
      <Icon size={16} />
    </ActionIcon>
  );
}
