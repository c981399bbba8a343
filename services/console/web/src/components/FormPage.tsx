import { Container, Paper, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { PageHeader } from "./PageHeader";

/** A public page with one thing to do, in the middle. `below` leads elsewhere. */
export function FormPage({
  title,
  description,
  children,
  below,
}: {
  title: string;
  description?: ReactNode;
  children?: ReactNode;
  below?: ReactNode;
}) {
  return (
    <Container size={440} px={0} py={{ base: 0, sm: "lg" }}>
      <Paper withBorder radius="lg" p={{ base: "md", sm: "xl" }} bg="var(--tollgate-surface)">
        <PageHeader title={title} description={description} />
        {children}
      </Paper>
      {below && (
        <Text ta="center" size="sm" mt="md">
          {below}
        </Text>
      )}
    </Container>
  );
}
