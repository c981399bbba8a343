import { useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { UserList } from "./UserList";
import { UserPage } from "./UserPage";

export default function AdminUsersPage() {
  // Those of the audit log, too, so that nothing waits for words later.
  useTranslation(["admin-users", "admin-audit"]);
  const { user } = useSearch({ from: "/inside/admin/admin/users" });
  return user ? <UserPage key={user} userId={user} /> : <UserList />;
}
