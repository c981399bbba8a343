import { ApiError } from "../api/errors";
import { ErrorAlert } from "./ErrorAlert";

/** What went wrong, unless it stands at one of the form's fields already. */
export function FormError({ error, fields }: { error: unknown; fields: string[] }) {
  if (!error) return null;
  const atField = error instanceof ApiError && error.field && fields.includes(error.field);
  return atField ? null : <ErrorAlert error={error} />;
}
