/** The path if it stays on this site, else `fallback`: nobody may be led elsewhere by a link to our login. */
export function localPath(path: unknown, fallback = "/dashboard"): string {
  if (typeof path !== "string" || !/^\/(?![/\\])/.test(path)) return fallback;
  // Browsers drop tabs and line breaks in addresses, so that "/\t/evil" would be "//evil".
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused.
  return /[\u0000-\u001f\\]/.test(path) ? fallback : path;
}
