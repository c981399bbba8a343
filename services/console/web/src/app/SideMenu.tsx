import { Box, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { MenuLink } from "../components/links";
import { ADMIN_MENU, MENU, type MenuItem } from "./navigation";
import { useUser } from "./session";

/** The side bar's links; `onLeave` closes the drawer of a phone. */
export function SideMenu({ onLeave }: { onLeave?: () => void }) {
  const { t } = useTranslation();
  const { role } = useUser();
  return (
    <Box component="nav" aria-label={t("nav.main")}>
      {MENU.map((item) => (
        <Entry key={item.name} item={item} onLeave={onLeave} />
      ))}
      {role !== "customer" && (
        <>
          <Text c="dimmed" size="xs" fw={650} tt="uppercase" mt="lg" mb={4} px={12}>
            {t("nav.admin")}
          </Text>
          {ADMIN_MENU.map((item) => (
            <Entry key={item.name} item={item} onLeave={onLeave} />
          ))}
        </>
      )}
    </Box>
  );
}

function Entry({ item, onLeave }: { item: MenuItem; onLeave: (() => void) | undefined }) {
  const { t } = useTranslation();
  return (
    <MenuLink
      to={item.to}
      label={t(`nav.${item.name}`)}
      leftSection={<item.icon size={18} stroke={1.7} />}
      activeProps={{ active: true }}
      onClick={onLeave}
      mb={2}
    />
  );
}
