/** JSON values as Python writes them. */

const INDENT = "    ";

/** The fields of an object as keyword arguments, a line each. */
export function pythonArguments(fields: object): string {
  return Object.entries(fields)
    .map(([name, value]) => `${INDENT}${name}=${pythonLiteral(value, INDENT)},`)
    .join("\n");
}

export function pythonLiteral(value: unknown, margin = ""): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  // JSON's strings and numbers mean the same in Python.
  if (typeof value !== "object") return JSON.stringify(value);
  const inner = margin + INDENT;
  if (Array.isArray(value)) {
    return enclosed(
      value.map((item) => pythonLiteral(item, inner)),
      "[]",
      margin,
    );
  }
  const items = Object.entries(value).map(
    ([name, item]) => `${JSON.stringify(name)}: ${pythonLiteral(item, inner)}`,
  );
  return enclosed(items, "{}", margin);
}

function enclosed(items: string[], [open, close]: string, margin: string): string {
  if (items.length === 0) return `${open}${close}`;
  const lines = items.map((item) => `${margin}${INDENT}${item},`).join("\n");
  return `${open}\n${lines}\n${margin}${close}`;
}
