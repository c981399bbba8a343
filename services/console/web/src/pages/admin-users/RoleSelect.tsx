import { Select } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schema } from "../../api/client";
import { ConfirmModal } from "../../components/ConfirmModal";
import { type Role, useSetRole } from "./data";

const ROLES: Role[] = ["customer", "support", "admin"];

/** Changes a role, after saying what that role may do. */
export function RoleSelect({ of: { id, email, role } }: { of: Schema<"User"> }) {
  const { t } = useTranslation("admin-users");
  const [chosen, setChosen] = useState<Role | null>(null);
  const changing = useSetRole(id, () => {
    notifications.show({ message: t("role.changed") });
    setChosen(null);
  });
  function choose(wanted: Role | null): void {
    if (!wanted || wanted === role) return;
    changing.reset();
    setChosen(wanted);
  }
  return (
    <>
      <Select
        aria-label={t("column.role")}
        data={ROLES.map((value) => ({ value, label: t(`role.${value}`) }))}
        value={role}
        onChange={choose}
        allowDeselect={false}
        maw={200}
      />
      <ConfirmModal
        opened={chosen !== null}
        onClose={() => setChosen(null)}
        title={t("role.title")}
        text={
          <>
            {t("role.question", { email, role: t(`role.${chosen ?? role}`) })}{" "}
            {t(`role.may.${chosen ?? role}`)}
          </>
        }
        action={t("role.action")}
        pending={changing.isPending}
        error={changing.error}
        onConfirm={() => chosen && changing.mutate(chosen)}
      />
    </>
  );
}
