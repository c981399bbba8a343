import { useTranslation } from "react-i18next";

const KINDS = ["usage", "top-up", "promo"] as const;

/** How a kind of entry is called; one that this page has never heard of, as the ledger calls it. */
export function useKindName(): (kind: string) => string {
  const { t } = useTranslation("wallet");
  return (kind) => {
    const known = KINDS.find((one) => one === kind);
    return known ? t(`kind.${known}`) : kind;
  };
}
