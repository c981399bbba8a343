import { Paper, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";

/** What a list shows before it has anything: what will be here, and the way to get it. */
export function EmptyState({
  title,
  text,
  action,
}: {
  title: string;
  text?: string;
  action?: ReactNode;
}) {
  return (
    <Paper withBorder py={48} px="md">
      <Stack align="center" ta="center" gap={6}>
        <Text fw={650}>{title}</Text>
        {text && (
          <Text c="dimmed" maw="55ch">
            {text}
          </Text>
        )}
        {action}
      </Stack>
    </Paper>
  );
}
