import { Badge } from "@mantine/core";

const COLORS = { good: "green", warning: "amber", bad: "red", neutral: "gray", info: "petrol" };

export type StatusTone = keyof typeof COLORS;

/** A state in a word; the colour only repeats it. */
export function StatusBadge({ tone, label }: { tone: StatusTone; label: string }) {
  return (
    <Badge variant="light" color={COLORS[tone]} radius="sm" tt="none" fw={600} miw="max-content">
      {label}
    </Badge>
  );
}
