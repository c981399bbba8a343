import { Drawer, Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { api, call, type Schema } from "../../api/client";
import { CopyButton } from "../../components/CopyButton";
import { QueryBoundary } from "../../components/QueryBoundary";
import { Time } from "../../components/Time";
import { duration } from "../../lib/numbers";
import { useKeyNames } from "../../usage/use-key-names";
import { BillTable } from "./BillTable";
import { OutcomeAdvice } from "./OutcomeAdvice";

/** One request: how it ended, what it cost and why. */
export function ReceiptDrawer({
  requestId,
  onClose,
}: {
  requestId: string | undefined;
  onClose: () => void;
}) {
  const { t } = useTranslation("logs");
  return (
    <Drawer
      opened={requestId !== undefined}
      onClose={onClose}
      position="right"
      size="min(100%, 34rem)"
      title={t("receipt.title")}
      closeButtonProps={{ "aria-label": t("receipt.close") }}
    >
      {requestId !== undefined && <Receipt requestId={requestId} />}
    </Drawer>
  );
}

function Receipt({ requestId }: { requestId: string }) {
  const receipt = useQuery({
    queryKey: ["receipt", requestId],
    queryFn: () =>
      call(
        api.GET("/api/usage/{request_id}/receipt", { params: { path: { request_id: requestId } } }),
      ),
  });
  return (
    <QueryBoundary query={receipt}>
      {({ record, price }) => (
        <Stack gap="lg">
          <OutcomeAdvice record={record} />
          <Facts record={record} />
          <BillTable record={record} price={price} />
        </Stack>
      )}
    </QueryBoundary>
  );
}

function Facts({ record }: { record: Schema<"Record"> }) {
  const { t } = useTranslation("logs");
  const { keyName } = useKeyNames();
  return (
    <Stack gap="sm">
      <Fact name={t("column.requestId")}>
        <Group gap={4} wrap="nowrap">
          <code>{record.request_id}</code>
          <CopyButton text={record.request_id} label={t("receipt.copyId")} />
        </Group>
      </Fact>
      <Fact name={t("receipt.started")}>
        <Time ms={record.started_at_ms} />
      </Fact>
      <SimpleGrid cols={2} spacing="sm" verticalSpacing="sm">
        <Fact name={t("column.key")}>{keyName(record.key_id)}</Fact>
        <Fact name={t("column.model")}>{record.model}</Fact>
        <Fact name={t("column.operation")}>{record.operation}</Fact>
        <Fact name={t("receipt.dialect")}>{record.dialect}</Fact>
        <Fact name={t("receipt.stream")}>
          {t(record.stream ? "receipt.streamed" : "receipt.whole")}
        </Fact>
        <Fact name={t("receipt.status")}>{record.status || t("receipt.noStatus")}</Fact>
        <Fact name={t("column.firstByte")}>
          {record.first_byte_ms ? duration(record.first_byte_ms) : t("receipt.noByte")}
        </Fact>
        <Fact name={t("column.duration")}>{duration(record.duration_ms)}</Fact>
        {record.agent && <Fact name={t("column.agent")}>{record.agent}</Fact>}
      </SimpleGrid>
    </Stack>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Text component="div" size="sm" style={{ overflowWrap: "anywhere" }}>
        {children}
      </Text>
    </div>
  );
}
