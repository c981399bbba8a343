import { Alert, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { AnchorLink } from "../../components/links";
import type { UsageRecord } from "./use-records";

const COLORS = {
  completed: "green",
  client_cancelled: "gray",
  upstream_cut: "amber",
  budget_exhausted: "amber",
  failed: "red",
  providers_lost: "red",
};
const TOO_MANY = 429;
const OURS = 500;

/** How it ended in a sentence, and what to do about it. */
export function OutcomeAdvice({ record }: { record: UsageRecord }) {
  const { t } = useTranslation("logs");
  const { outcome, status } = record;
  return (
    <Alert color={COLORS[outcome]} title={t(`outcome.${outcome}`)}>
      <Text size="sm">{t(`advice.${outcome}`)}</Text>
      {outcome === "failed" && <Text size="sm">{t(`failed.${whose(status)}`, { status })}</Text>}
      {outcome !== "completed" && (
        <AnchorLink size="sm" to="/docs/$page" params={{ page: "errors" }}>
          {t("aboutErrors")}
        </AnchorLink>
      )}
    </Alert>
  );
}

/** Who can do something about a failure. */
function whose(status: number): "busy" | "request" | "provider" {
  if (status === TOO_MANY) return "busy";
  return status === 0 || status >= OURS ? "provider" : "request";
}
