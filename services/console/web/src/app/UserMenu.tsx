import { ActionIcon, Menu } from "@mantine/core";
import { IconLogout, IconLogout2, IconSettings, IconUserCircle } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { ErrorAlert } from "../components/ErrorAlert";
import { logOut, logOutEverywhere, useUser } from "./session";

/** Who is logged in, and the ways out. */
export function UserMenu() {
  const { t } = useTranslation();
  const user = useUser();
  const navigate = useNavigate();
  const leaving = useMutation({
    mutationFn: (leave: typeof logOut) => leave(() => navigate({ to: "/" })),
  });
  return (
    <Menu position="bottom-end" width={260} closeOnItemClick={false}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" c="inherit" aria-label={t("user.menu")}>
          <IconUserCircle size={21} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{user.email}</Menu.Label>
        <Menu.Item component={Link} to="/settings" leftSection={<IconSettings size={16} />}>
          {t("user.settings")}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconLogout size={16} />}
          disabled={leaving.isPending}
          onClick={() => leaving.mutate(logOut)}
        >
          {t("user.logout")}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconLogout2 size={16} />}
          disabled={leaving.isPending}
          onClick={() => leaving.mutate(logOutEverywhere)}
        >
          {t("user.logoutEverywhere")}
        </Menu.Item>
        {leaving.error && <ErrorAlert error={leaving.error} />}
      </Menu.Dropdown>
    </Menu>
  );
}
