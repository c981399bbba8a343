import { Button, Skeleton, Stack, Text, VisuallyHidden } from "@mantine/core";
import { useTimeout } from "@mantine/hooks";
import type { UseQueryResult } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "./EmptyState";
import { ErrorAlert } from "./ErrorAlert";

/** After this, who waits is told that something is slow. */
const SLOW_MS = 5_000;

/** What is shown of a query: of one that comes page by page, too. */
type Shown<Data> = Pick<
  UseQueryResult<Data, Error>,
  "data" | "error" | "isPending" | "isError" | "isFetching"
> & { refetch: () => Promise<unknown>; isFetchNextPageError?: boolean };

/** Shows a query in each of its states. `skeleton` has the shape of what will come, so that nothing jumps. */
export function QueryBoundary<Data>({
  query,
  skeleton = <Lines />,
  empty,
  children,
}: {
  query: Shown<Data>;
  skeleton?: ReactNode;
  empty?: { when: (data: Data) => boolean; title: string; text?: string; action?: ReactNode };
  children: (data: Data) => ReactNode;
}) {
  if (query.isPending) return <Loading>{skeleton}</Loading>;
  // What is known stays on the screen while asking for news fails; of more of it, LoadMore tells.
  if (query.data === undefined) return <Failed query={query} />;
  return (
    <>
      {query.isError && !query.isFetchNextPageError && <Failed query={query} />}
      {empty?.when(query.data) ? <EmptyState {...empty} /> : children(query.data)}
    </>
  );
}

function Failed({ query }: { query: Shown<unknown> }) {
  const { t } = useTranslation();
  return (
    <ErrorAlert
      error={query.error}
      action={
        <Button
          mt="sm"
          size="xs"
          variant="default"
          loading={query.isFetching}
          onClick={() => void query.refetch()}
        >
          {t("query.retry")}
        </Button>
      }
    />
  );
}

function Loading({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const [slow, setSlow] = useState(false);
  useTimeout(() => setSlow(true), SLOW_MS, { autoInvoke: true });
  return (
    <div aria-busy="true">
      {slow ? (
        <Text role="status" c="dimmed" size="sm" mb="sm">
          {t("query.slow")}
        </Text>
      ) : (
        <VisuallyHidden role="status">{t("query.loading")}</VisuallyHidden>
      )}
      <div aria-hidden="true">{children}</div>
    </div>
  );
}

function Lines() {
  return (
    <Stack gap="sm">
      <Skeleton h={32} />
      <Skeleton h={32} />
      <Skeleton h={32} w="70%" />
    </Stack>
  );
}
