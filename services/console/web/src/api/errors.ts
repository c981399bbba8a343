import { i18n } from "../i18n";

/** An answer that is not what was asked for. `code` is the API's, or "network" when there was no answer at all. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 0,
    readonly field: string | null = null,
    readonly requestId: string | null = null,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

interface Envelope {
  error: { code: string; message: string; field: string | null; request_id: string };
}

export function apiError(status: number, body: unknown): ApiError {
  if (!isEnvelope(body)) return new ApiError("internal", "", status);
  const { code, message, field, request_id } = body.error;
  return new ApiError(code, message, status, field, request_id);
}

/** What a form shows beside its field: `form.setErrors(fieldErrors(error))`. The API says the field's name first. */
export function fieldErrors(error: unknown): Record<string, string> {
  if (!(error instanceof ApiError) || !error.field) return {};
  if (error.code === "wrong_proof") return { [error.field]: i18n.t("error.wrongProof") };
  const message = error.message.replace(`${error.field}: `, "");
  return { [error.field]: message.charAt(0).toUpperCase() + message.slice(1) };
}

function isEnvelope(body: unknown): body is Envelope {
  if (typeof body !== "object" || body === null || !("error" in body)) return false;
  const { error } = body;
  return typeof error === "object" && error !== null && "code" in error && "message" in error;
}
