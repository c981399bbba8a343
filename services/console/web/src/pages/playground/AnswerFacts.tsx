import { skipToken, useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { api, call, type Schema } from "../../api/client";
import { AnchorLink } from "../../components/links";
import { Money } from "../../components/Money";
import { duration, integer } from "../../lib/numbers";
import { tokensIn, tokensOut } from "../../usage/units";
import classes from "./Playground.module.css";
import type { Answer } from "./run";
import type { Usage } from "./wire";

const LOOKS_MAX = 8;
const LOOK_EVERY_MS = 800;

/** What an answer took: time, tokens, money. */
export function AnswerFacts({ answer, model }: { answer: Answer; model: string }) {
  const { t } = useTranslation("playground");
  const { requestId, firstTokenMs, durationMs, finish, state } = answer;
  const record = useRecord(answer.usage ? "" : requestId);
  const usage = answer.usage ?? (record && usageOf(record));
  return (
    <dl className={classes.facts}>
      <Fact name={t("facts.model")}>{model}</Fact>
      {state === "stopped" && <Fact name={t("facts.state")}>{t("facts.stopped")}</Fact>}
      {finish && finish !== "stop" && <Fact name={t("facts.finish")}>{finish}</Fact>}
      {firstTokenMs !== null && <Fact name={t("facts.firstToken")}>{duration(firstTokenMs)}</Fact>}
      {durationMs !== null && <Fact name={t("facts.duration")}>{duration(durationMs)}</Fact>}
      {usage && <UsageFacts usage={usage} />}
      {requestId && (
        <Fact name={t("facts.request")}>
          <AnchorLink to="/logs" search={{ request_id: requestId }} inherit>
            {requestId}
          </AnchorLink>
        </Fact>
      )}
    </dl>
  );
}

function UsageFacts({ usage }: { usage: Usage }) {
  const { t, i18n } = useTranslation("playground");
  const count = (tokens: number) => integer(tokens, i18n.language);
  return (
    <>
      <Fact name={t("facts.input")}>
        {count(usage.input)}
        {usage.cached > 0 && t("facts.cached", { tokens: count(usage.cached) })}
      </Fact>
      <Fact name={t("facts.output")}>
        {count(usage.output)}
        {usage.reasoning > 0 && t("facts.reasoning", { tokens: count(usage.reasoning) })}
      </Fact>
      {usage.costNano !== null && (
        <Fact name={t("facts.cost")}>
          <Money nano={usage.costNano} />
        </Fact>
      )}
    </>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** An answer that was cut has no usage of its own: the log has it a moment later. */
function useRecord(requestId: string): Schema<"Record"> | null {
  const { data } = useQuery({
    queryKey: ["usage", { request_id: requestId }],
    queryFn: requestId
      ? () => call(api.GET("/api/usage", { params: { query: { request_id: requestId } } }))
      : skipToken,
    refetchInterval: ({ state }) =>
      state.data?.records.length || state.dataUpdateCount >= LOOKS_MAX ? false : LOOK_EVERY_MS,
  });
  return data?.records[0] ?? null;
}

function usageOf({ units, cost_nano }: Schema<"Record">): Usage {
  return {
    input: tokensIn(units),
    cached: units.cached_read,
    output: tokensOut(units),
    reasoning: units.reasoning,
    costNano: cost_nano,
  };
}
