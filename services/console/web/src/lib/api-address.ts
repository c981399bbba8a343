/** Stands in code where the reader's key belongs. */
export const NO_KEY = "YOUR_API_KEY";

/** The API's address without /v1, as SDKs want it that add a version of their own. */
export function hostOf(apiUrl: string): string {
  return apiUrl.replace(/\/v1$/, "");
}
