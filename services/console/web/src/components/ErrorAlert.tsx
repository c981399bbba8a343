import { Alert, Group, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../api/errors";
import { useErrorWords } from "../lib/use-error-words";
import { CopyButton } from "./CopyButton";

/** What happened, what to do about it, and the id that support will ask for. */
export function ErrorAlert({ error, action }: { error: unknown; action?: ReactNode }) {
  const { t } = useTranslation();
  const { title, advice, detail } = useErrorWords()(error);
  const requestId = error instanceof ApiError ? error.requestId : null;
  return (
    <Alert color="red" role="alert" icon={<IconAlertTriangle />} title={title}>
      {detail && <Text size="sm">{detail}</Text>}
      <Text size="sm">{advice}</Text>
      {requestId && (
        <Group gap={4} mt={4}>
          <Text size="xs">
            {t("error.requestId")} <code>{requestId}</code>
          </Text>
          <CopyButton text={requestId} />
        </Group>
      )}
      {action}
    </Alert>
  );
}
