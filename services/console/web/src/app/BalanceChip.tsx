import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { walletQuery } from "../api/queries";
import { ButtonLink } from "../components/links";
import { formatUsd } from "../lib/money";

const NANO_PER_CENT = 10_000_000n;

/** The balance in the header, in whole cents that are there; the wallet knows the rest. */
export function BalanceChip() {
  const { t } = useTranslation();
  const { data } = useQuery(walletQuery);
  if (!data) return null;
  const amount = formatUsd(BigInt(data.posted_nano) / NANO_PER_CENT, { scale: 2 });
  return (
    <ButtonLink
      to="/wallet"
      variant="subtle"
      size="compact-md"
      visibleFrom="xs"
      aria-label={t("balance", { amount })}
    >
      {amount}
    </ButtonLink>
  );
}
