import { useTranslation } from "react-i18next";
import classes from "./SkipLink.module.css";

/** The first stop of Tab. */
export function SkipLink() {
  const { t } = useTranslation();
  return (
    // biome-ignore lint/a11y/useValidAnchor: it leads to a place on this page.
    <a className={classes.link} href="#content" onClick={toContent}>
      {t("skip")}
    </a>
  );
}

/** By script, because a fragment in the address would be a navigation. */
function toContent(event: React.MouseEvent): void {
  event.preventDefault();
  document.getElementById("content")?.focus();
}
