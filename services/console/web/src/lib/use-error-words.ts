import { useTranslation } from "react-i18next";
import { ApiError } from "../api/errors";
import { waiting } from "./numbers";

const CODES = [
  "network",
  "unavailable",
  "rate_limited",
  "permission_denied",
  "not_found",
  "already_exists",
  "insufficient_funds",
  "unauthenticated",
  "invalid_argument",
  "internal",
] as const;

export interface ErrorWords {
  title: string;
  /** What to do about it. */
  advice: string;
  /** The API's own words, in English: only where no others tell what is wrong. */
  detail: string;
}

/** An error in the reader's language. */
export function useErrorWords(): (error: unknown) => ErrorWords {
  const { t, i18n } = useTranslation();
  return (error) => {
    const known = error instanceof ApiError ? error : new ApiError("internal", "");
    const code = CODES.find((name) => name === known.code) ?? "internal";
    const isSpecific = code === "invalid_argument" || code === "already_exists";
    const time = waiting(known.retryAfterS, i18n.language);
    const waits = code === "rate_limited" && known.retryAfterS > 0;
    return {
      title: t(`error.title.${code}`),
      advice: waits ? t("error.wait", { time }) : t(`error.advice.${code}`),
      detail: isSpecific ? known.message : "",
    };
  };
}
