import { Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schema } from "../../api/client";
import { ConfirmModal } from "../../components/ConfirmModal";
import { useDeleteUser } from "./data";

/** Asks for the email: nothing brings a user back. */
export function DeleteUser({ of: { id, email } }: { of: Schema<"User"> }) {
  const { t } = useTranslation("admin-users");
  const { search } = useSearch({ from: "/inside/admin/admin/users" });
  const navigate = useNavigate({ from: "/admin/users" });
  const [asking, setAsking] = useState(false);
  const deleting = useDeleteUser(id, () => {
    notifications.show({ message: t("delete.done") });
    void navigate({ search: { search } });
  });
  return (
    <>
      <Text mb="sm">{t("delete.text")}</Text>
      <Group>
        <Button
          color="red.9"
          onClick={() => {
            deleting.reset();
            setAsking(true);
          }}
        >
          {t("delete.open")}
        </Button>
      </Group>
      <ConfirmModal
        opened={asking}
        onClose={() => setAsking(false)}
        title={t("delete.title")}
        text={t("delete.text")}
        action={t("delete.action")}
        name={email}
        danger
        pending={deleting.isPending}
        error={deleting.error}
        onConfirm={() => deleting.mutate()}
      />
    </>
  );
}
