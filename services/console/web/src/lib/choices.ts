/** Each choice once, and what is chosen, which may be none of them any more. */
export function withChosen(choices: string[], ...chosen: (string | undefined)[]): string[] {
  return [...new Set([...choices, ...chosen.filter((one) => one !== undefined)])];
}
