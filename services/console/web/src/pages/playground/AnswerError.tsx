import { Alert, Group, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { CopyButton } from "../../components/CopyButton";
import { ButtonLink } from "../../components/links";
import { kindOf } from "./error-kind";
import type { ChatError } from "./wire";

// It is shown below, to be copied.
const ID_IN_MESSAGE = / \(request id: \w+\)$/;

/** Why there is no answer, or no more of it, and what to do. */
export function AnswerError({ error, requestId }: { error: ChatError; requestId: string }) {
  const { t } = useTranslation("playground");
  const kind = kindOf(error);
  const advice =
    kind === "rate" && error.retryAfterS > 0
      ? t("error.wait", { count: error.retryAfterS })
      : t(`error.advice.${kind}`);
  return (
    <Alert color="red" role="alert" icon={<IconAlertTriangle />} title={t(`error.title.${kind}`)}>
      {error.message && <Text size="sm">{error.message.replace(ID_IN_MESSAGE, "")}</Text>}
      <Text size="sm">{advice}</Text>
      {requestId && (
        <Group gap={4} mt={4}>
          <Text size="xs">
            {t("error.requestId", { status: error.status || "–" })} <code>{requestId}</code>
          </Text>
          <CopyButton text={requestId} />
        </Group>
      )}
      {kind === "funds" && (
        <ButtonLink to="/wallet" size="xs" mt="xs">
          {t("error.topUp")}
        </ButtonLink>
      )}
    </Alert>
  );
}
