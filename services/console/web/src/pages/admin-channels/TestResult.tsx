import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { type Column, DataTable } from "../../components/DataTable";
import { StatusBadge } from "../../components/StatusBadge";
import { duration } from "../../lib/numbers";
import type { Tested } from "./data";

type KeyTest = Tested["keys"][number];

/** How the test of each key went. */
export function TestResult({ of: { ok, model, keys } }: { of: Tested }) {
  const { t } = useTranslation("admin-channels");
  const columns: Column<KeyTest>[] = [
    { key: "key", header: t("test.key"), render: ({ key_id }) => key_id },
    {
      key: "result",
      header: t("test.result"),
      render: (key) => (
        <StatusBadge
          tone={key.ok ? "good" : "bad"}
          label={t(key.ok ? "test.works" : "test.failed")}
        />
      ),
    },
    {
      key: "latency",
      header: t("test.latency"),
      align: "end",
      render: ({ latency_ms }) => duration(latency_ms),
    },
    {
      key: "detail",
      header: t("test.detail"),
      render: ({ detail }) => (
        <Text span inherit style={{ overflowWrap: "anywhere" }}>
          {detail || "–"}
        </Text>
      ),
    },
  ];
  return (
    <>
      <Text fw={600} mb="xs">
        {t(ok ? "test.ok" : "test.notOk", { model })}
      </Text>
      <DataTable
        label={t("test.result")}
        columns={columns}
        rows={keys}
        rowKey={(key) => key.key_id}
      />
    </>
  );
}
