import { Button, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { announce } from "../lib/announce";
import { useFocusOnHeading } from "../lib/use-focus-on-heading";
import { ErrorAlert } from "./ErrorAlert";
import { FormPage } from "./FormPage";

/** After a mail was asked for; `text` says the same whether the address is known or not. */
export function CheckMail({ text, again }: { text: string; again: () => Promise<unknown> }) {
  const { t } = useTranslation();
  const sending = useMutation({
    mutationFn: again,
    onSuccess: () => announce(t("mail.sent")),
    // What is sent again may hold a password.
    gcTime: 0,
  });
  useFocusOnHeading();
  return (
    <FormPage title={t("mail.title")}>
      <Stack>
        <Text style={{ overflowWrap: "anywhere" }}>{text}</Text>
        <Text c="dimmed" size="sm">
          {t("mail.nothing")}
        </Text>
        {sending.error && <ErrorAlert error={sending.error} />}
        <Button
          variant="default"
          loading={sending.isPending}
          disabled={sending.isSuccess}
          onClick={() => sending.mutate()}
        >
          {sending.isSuccess ? t("mail.sent") : t("mail.again")}
        </Button>
      </Stack>
    </FormPage>
  );
}
