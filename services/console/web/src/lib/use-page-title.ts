import { useEffect } from "react";
import { useTranslation } from "react-i18next";

/** Names the tab. PageHeader does it; pages without one call this. */
export function usePageTitle(page: string): void {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = t("title", { page });
  }, [t, page]);
}
