import { i18n } from "../i18n";

/** An answer that is not what was asked for. `code` is the API's, or "network" when there was no answer at all. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 0,
    readonly field: string | null = null,
    readonly requestId: string | null = null,
    /** When it is worth another try; 0 when that was not said. */
    readonly retryAfterS = 0,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

interface Envelope {
  error: { code: string; message: string; field: string | null; request_id: string };
}

export function apiError({ status, headers }: Response, body: unknown): ApiError {
  if (!isEnvelope(body)) return new ApiError("internal", "", status);
  const { code, message, field, request_id } = body.error;
  const retryAfterS = Number(headers.get("retry-after")) || 0;
  return new ApiError(code, message, status, field, request_id, retryAfterS);
}

/** What the API has against a field that its form has checked, too, can be said in the reader's language. */
const REFUSED = {
  email: "mail.address",
  password: "password.guessable",
  new_password: "password.guessable",
} as const;

/** What a form shows beside its field: `form.setErrors(fieldErrors(error))`. The API says the field's name first. */
export function fieldErrors(error: unknown): Record<string, string> {
  if (!(error instanceof ApiError) || !error.field) return {};
  return { [error.field]: refusalOf(error, error.field) };
}

function refusalOf({ code, message }: ApiError, field: string): string {
  if (code === "wrong_proof") return i18n.t("error.wrongProof");
  if (code === "already_exists") return i18n.t("error.title.already_exists");
  if (code === "invalid_argument" && isChecked(field)) return i18n.t(REFUSED[field]);
  const reason = message.replace(`${field}: `, "");
  return reason.charAt(0).toUpperCase() + reason.slice(1);
}

function isChecked(field: string): field is keyof typeof REFUSED {
  return Object.hasOwn(REFUSED, field);
}

function isEnvelope(body: unknown): body is Envelope {
  if (typeof body !== "object" || body === null || !("error" in body)) return false;
  const { error } = body;
  return typeof error === "object" && error !== null && "code" in error && "message" in error;
}
