const LENGTH_MAX = 254;
// Printable ASCII alone, and a domain with a dot in it.
const ADDRESS = /^[!-?A-~]{1,64}@([a-z0-9-]+\.)+[a-z][a-z0-9-]*[a-z0-9]$/i;

/** Whether it may be an address; the server looks closer. */
export function looksLikeEmail(text: string): boolean {
  const email = text.trim();
  return email.length <= LENGTH_MAX && ADDRESS.test(email);
}
