/** The menus, in one place: what is there, how it is called, who sees it. */

import {
  IconBook2,
  IconChartBar,
  IconClipboardList,
  IconCoins,
  IconCube,
  IconKey,
  IconLayoutDashboard,
  IconListDetails,
  IconMessages,
  IconRoute,
  IconSettings,
  IconUsers,
  IconWallet,
} from "@tabler/icons-react";

export const MENU = [
  { name: "dashboard", to: "/dashboard", icon: IconLayoutDashboard },
  { name: "playground", to: "/playground", icon: IconMessages },
  { name: "keys", to: "/keys", icon: IconKey },
  { name: "logs", to: "/logs", icon: IconListDetails },
  { name: "models", to: "/models", icon: IconCube },
  { name: "wallet", to: "/wallet", icon: IconWallet },
  { name: "docs", to: "/docs", icon: IconBook2 },
  { name: "settings", to: "/settings", icon: IconSettings },
] as const;

export const ADMIN_MENU = [
  { name: "admin-users", to: "/admin/users", icon: IconUsers },
  { name: "admin-channels", to: "/admin/channels", icon: IconRoute },
  { name: "admin-models", to: "/admin/models", icon: IconCoins },
  { name: "admin-usage", to: "/admin/usage", icon: IconChartBar },
  { name: "admin-audit", to: "/admin/audit", icon: IconClipboardList },
] as const;

export type MenuItem = (typeof MENU)[number] | (typeof ADMIN_MENU)[number];
