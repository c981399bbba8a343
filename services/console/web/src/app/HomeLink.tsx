import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import classes from "./HomeLink.module.css";
import { Logo } from "./Logo";

export function HomeLink({ to }: { to: "/" | "/dashboard" }) {
  const { t } = useTranslation();
  return (
    <Link to={to} className={classes.link} aria-label={t("nav.home")}>
      <Logo />
    </Link>
  );
}
