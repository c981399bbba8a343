import { Paper, Text } from "@mantine/core";
import type { ReactNode } from "react";

/** A number that matters, with what it is above it. */
export function Figure({
  label,
  value,
  hint,
}: {
  label: string;
  value: ReactNode;
  hint?: ReactNode;
}) {
  return (
    <Paper withBorder p="md" bg="var(--tollgate-surface)">
      <Text size="sm" c="dimmed">
        {label}
      </Text>
      <Text component="div" fz={{ base: 18, sm: 22 }} fw={650} style={{ overflowWrap: "anywhere" }}>
        {value}
      </Text>
      {hint && (
        <Text component="div" size="xs" c="dimmed">
          {hint}
        </Text>
      )}
    </Paper>
  );
}
