/** The console's API, typed by its OpenAPI: `await call(api.GET("/api/keys"))`. */

import createClient from "openapi-fetch";
import { ApiError, apiError } from "./errors";
import type { components, paths } from "./schema";
import { fetchWithSession } from "./session";

/** A type of the API by its name there: `Schema<"User">`. */
export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];

export const api = createClient<paths>({
  baseUrl: globalThis.location.origin,
  fetch: fetchWithSession,
});

interface Answered<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/** The answer's body; throws ApiError. */
export async function call<Data>(
  answering: Promise<Answered<Data>>,
): Promise<Exclude<Data, undefined>> {
  const { data, error, response } = await answering.catch(noAnswer);
  if (!response.ok || data === undefined) throw apiError(response, error);
  return data as Exclude<Data, undefined>;
}

function noAnswer(reason: unknown): never {
  if (reason instanceof DOMException && reason.name === "AbortError") throw reason;
  throw new ApiError("network", "");
}
