import { Alert, Group } from "@mantine/core";
import { IconLinkOff } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../api/errors";
import { useFocusOnHeading } from "../lib/use-focus-on-heading";
import { FormPage } from "./FormPage";

/** For a mailed link that works no more: `text` says why that may be, `children` are the ways on. */
export function DeadLink({ text, children }: { text: string; children: ReactNode }) {
  const { t } = useTranslation();
  useFocusOnHeading();
  return (
    <FormPage title={t("mail.deadLink")}>
      <Alert color="amber" icon={<IconLinkOff />}>
        {text}
      </Alert>
      <Group mt="lg">{children}</Group>
    </FormPage>
  );
}

/** Whether that is why the mailed token was refused. */
export function isDeadLink(error: unknown): boolean {
  return error instanceof ApiError && error.code === "not_found";
}
