import { useTranslation } from "react-i18next";

const ID = /^[a-z0-9][a-z0-9._-]{0,62}$/;

type Rule = (written: string) => string | null;

/** What can be told of a channel's fields before they are sent; null when nothing is wrong. */
export function useChannelRules(): Record<"id" | "baseUrl", Rule> {
  const { t } = useTranslation("admin-channels");
  return {
    id: (written) => {
      const id = written.trim();
      if (!id) return t("form.missing");
      return ID.test(id) ? null : t("form.idWrong");
    },
    baseUrl: (written) => (mayBeBase(written.trim()) ? null : t("form.baseUrlWrong")),
  };
}

/** Nothing is the provider's own. */
function mayBeBase(text: string): boolean {
  if (!text) return true;
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && !url.search && !url.hash;
}
