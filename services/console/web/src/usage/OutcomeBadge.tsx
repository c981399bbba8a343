import { useTranslation } from "react-i18next";
import type { Schema } from "../api/client";
import { StatusBadge, type StatusTone } from "../components/StatusBadge";

type Ended = Pick<Schema<"Record">, "outcome" | "status">;

const TONES: Record<Ended["outcome"], StatusTone> = {
  completed: "good",
  client_cancelled: "neutral",
  upstream_cut: "warning",
  budget_exhausted: "warning",
  failed: "bad",
  providers_lost: "bad",
};
const OK = 200;

/** How a request ended, with its HTTP status where that says more. */
export function OutcomeBadge({ record: { outcome, status } }: { record: Ended }) {
  const { t } = useTranslation("logs");
  const shown = status && status !== OK ? ` · ${status}` : "";
  return <StatusBadge tone={TONES[outcome]} label={`${t(`outcome.${outcome}`)}${shown}`} />;
}
