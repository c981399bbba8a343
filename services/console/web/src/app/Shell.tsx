import "@mantine/notifications/styles.css";
import { AppShell, Burger, Drawer, Group, ScrollArea } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Notifications } from "@mantine/notifications";
import { Outlet } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { BalanceChip } from "./BalanceChip";
import { FirstKeyDialog } from "./FirstKeyDialog";
import { HomeLink } from "./HomeLink";
import { LanguageSwitch } from "./LanguageSwitch";
import { Logo } from "./Logo";
import { SchemeSwitch } from "./SchemeSwitch";
import classes from "./Shell.module.css";
import { SideMenu } from "./SideMenu";
import { SkipLink } from "./SkipLink";
import { UserMenu } from "./UserMenu";

/** Around every page of who is logged in: menu, header, content. */
export function Shell() {
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 232, breakpoint: "sm", collapsed: { mobile: true } }}
      padding={{ base: "md", sm: "xl" }}
    >
      <SkipLink />
      <Notifications position="bottom-right" />
      <FirstKeyDialog />
      <AppShell.Header className={classes.bar}>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <PhoneMenu />
            <HomeLink to="/dashboard" />
          </Group>
          <Group gap={4} wrap="nowrap">
            <BalanceChip />
            <LanguageSwitch />
            <SchemeSwitch />
            <UserMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar component="div" p="sm" visibleFrom="sm" className={classes.bar}>
        <ScrollArea type="auto">
          <SideMenu />
        </ScrollArea>
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} className={classes.main}>
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}

/** A dialog of its own, which holds the focus; a side bar that slid away would still receive it. */
function PhoneMenu() {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  return (
    <>
      <Burger hiddenFrom="sm" size="sm" aria-label={t("nav.open")} onClick={open} />
      <Drawer
        opened={opened}
        onClose={close}
        hiddenFrom="sm"
        size={280}
        title={<Logo />}
        closeButtonProps={{ "aria-label": t("nav.close") }}
      >
        <SideMenu onLeave={close} />
      </Drawer>
    </>
  );
}
