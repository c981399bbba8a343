import { Alert, Group, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../api/errors";
import { CopyButton } from "./CopyButton";

const CODES = [
  "network",
  "unavailable",
  "rate_limited",
  "permission_denied",
  "not_found",
  "already_exists",
  "insufficient_funds",
  "unauthenticated",
  "invalid_argument",
  "internal",
] as const;

/** What happened, what to do about it, and the id that support will ask for. */
export function ErrorAlert({ error, action }: { error: unknown; action?: ReactNode }) {
  const { t } = useTranslation();
  const known = error instanceof ApiError ? error : new ApiError("internal", "");
  const code = CODES.find((name) => name === known.code) ?? "internal";
  return (
    <Alert color="red" role="alert" icon={<IconAlertTriangle />} title={t(`error.title.${code}`)}>
      {known.message && <Text size="sm">{known.message}</Text>}
      <Text size="sm">{t(`error.advice.${code}`)}</Text>
      {known.requestId && (
        <Group gap={4} mt={4}>
          <Text size="xs">
            {t("error.requestId")} <code>{known.requestId}</code>
          </Text>
          <CopyButton text={known.requestId} />
        </Group>
      )}
      {action}
    </Alert>
  );
}
