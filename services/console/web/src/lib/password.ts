/** How soon a password is guessed, by its length and by common sense; the server has the last word. */

export const PASSWORD_LENGTH_MIN = 10;
export const PASSWORD_LENGTH_MAX = 256;
const LENGTH_STRONG = 16;
const DIFFERENT_MIN = 5;
const GUESSED_FIRST =
  /^\d+$|passw[o0]rd|qwerty|asdfgh|zxcvbn|1q2w3e|1qaz|12345|54321|admin|letmein|welcome|iloveyou|woaini|5201314|tollgate/i;

export type Strength = "short" | "guessable" | "fair" | "strong";

/** Why the server would not take it, as far as its length tells. */
export function lengthFault(password: string): "tooShort" | "tooLong" | null {
  const { length } = [...password];
  if (length < PASSWORD_LENGTH_MIN) return "tooShort";
  return length > PASSWORD_LENGTH_MAX ? "tooLong" : null;
}

export function strengthOf(password: string, email: string): Strength {
  const characters = [...password];
  if (characters.length < PASSWORD_LENGTH_MIN) return "short";
  if (characters.length < LENGTH_STRONG && isGuessable(password, email)) return "guessable";
  if (new Set(characters).size < DIFFERENT_MIN) return "guessable";
  return characters.length < LENGTH_STRONG ? "fair" : "strong";
}

function isGuessable(password: string, email: string): boolean {
  const [name = ""] = email.split("@");
  const own = name.length > 2 && password.toLowerCase().includes(name.toLowerCase());
  return own || GUESSED_FIRST.test(password);
}
