import { useTranslation } from "react-i18next";
import { StatusBadge, type StatusTone } from "../../components/StatusBadge";
import type { Role } from "./data";

const TONES: Record<Role, StatusTone> = { customer: "neutral", support: "info", admin: "warning" };

export function RoleBadge({ role }: { role: Role }) {
  const { t } = useTranslation("admin-users");
  return <StatusBadge tone={TONES[role]} label={t(`role.${role}`)} />;
}
