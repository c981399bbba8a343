import { Box, Container, Group } from "@mantine/core";
import { Outlet } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { AnchorLink, ButtonLink } from "../components/links";
import { HomeLink } from "./HomeLink";
import { LanguageSwitch } from "./LanguageSwitch";
import classes from "./PublicLayout.module.css";
import { SchemeSwitch } from "./SchemeSwitch";
import { SkipLink } from "./SkipLink";
import { useVisitor } from "./session";

/** Around every page for strangers. */
export function PublicLayout({ children }: { children?: ReactNode }) {
  return (
    <Box className={classes.page}>
      <SkipLink />
      <Header />
      <Box component="main" id="content" tabIndex={-1} className={classes.main}>
        <Container size="lg" py="xl">
          {children ?? <Outlet />}
        </Container>
      </Box>
      <Footer />
    </Box>
  );
}

function Header() {
  const { t } = useTranslation();
  const user = useVisitor();
  return (
    <Box component="header" className={classes.header}>
      <Container size="lg" h={60}>
        <Group h="100%" justify="space-between" wrap="nowrap">
          <HomeLink to="/" />
          <Group gap="xs" wrap="nowrap">
            <Group component="nav" aria-label={t("nav.main")} gap="lg" mr="sm" visibleFrom="sm">
              <AnchorLink underline="hover" to="/models">
                {t("nav.models")}
              </AnchorLink>
              <AnchorLink underline="hover" to="/docs">
                {t("nav.docs")}
              </AnchorLink>
            </Group>
            <LanguageSwitch />
            <SchemeSwitch />
            {user ? (
              <ButtonLink to="/dashboard">{t("nav.dashboard")}</ButtonLink>
            ) : (
              <>
                <ButtonLink to="/login" variant="subtle" px="sm">
                  {t("nav.login")}
                </ButtonLink>
                <ButtonLink to="/register" visibleFrom="xs">
                  {t("nav.register")}
                </ButtonLink>
              </>
            )}
          </Group>
        </Group>
      </Container>
    </Box>
  );
}

function Footer() {
  const { t } = useTranslation();
  return (
    <Box component="footer" className={classes.footer}>
      <Container size="lg" py="lg">
        <Group gap="lg">
          <AnchorLink underline="hover" to="/models">
            {t("nav.models")}
          </AnchorLink>
          <AnchorLink underline="hover" to="/docs">
            {t("nav.docs")}
          </AnchorLink>
          <AnchorLink underline="hover" to="/login">
            {t("nav.login")}
          </AnchorLink>
          <AnchorLink underline="hover" to="/register">
            {t("nav.register")}
          </AnchorLink>
        </Group>
      </Container>
    </Box>
  );
}
