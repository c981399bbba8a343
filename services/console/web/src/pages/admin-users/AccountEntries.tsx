import { Stack, Switch } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schema } from "../../api/client";
import { Change } from "../../components/Change";
import { type Column, DataTable } from "../../components/DataTable";
import { LoadMore } from "../../components/LoadMore";
import { Money } from "../../components/Money";
import { QueryBoundary } from "../../components/QueryBoundary";
import { Time } from "../../components/Time";
import { useEntries } from "./data";

type Entry = Schema<"Entry">;
type Kind = keyof typeof import("../../locales/en/admin-users.json")["entries"]["kind"];

/** Every movement of an account's money, or only its credits. */
export function AccountEntries({ accountId }: { accountId: string }) {
  const { t } = useTranslation("admin-users");
  const [usageShown, setUsageShown] = useState(false);
  const entries = useEntries(accountId, !usageShown);
  const columns: Column<Entry>[] = [
    {
      key: "time",
      header: t("entries.time"),
      render: ({ posted_at_ms }) => <Time ms={posted_at_ms} />,
    },
    {
      key: "kind",
      header: t("entries.kind.title"),
      render: ({ kind }) => t(`entries.kind.${kind as Kind}`, { defaultValue: kind }),
    },
    { key: "memo", header: t("entries.memo"), render: ({ memo }) => memo || "–" },
    {
      key: "amount",
      header: t("entries.amount"),
      align: "end",
      render: ({ amount_nano }) => <Change nano={amount_nano} />,
    },
    {
      key: "balance",
      header: t("entries.balance"),
      align: "end",
      render: ({ balance_nano }) => <Money nano={balance_nano} />,
    },
  ];
  return (
    <Stack gap="sm">
      <Switch
        label={t("entries.withUsage")}
        checked={usageShown}
        onChange={(event) => setUsageShown(event.currentTarget.checked)}
      />
      <QueryBoundary
        query={entries}
        empty={{ when: (found) => !found.length, title: t("entries.empty") }}
      >
        {(found) => (
          <DataTable
            label={t("entries.title")}
            columns={columns}
            rows={found}
            rowKey={(entry) => entry.id}
          />
        )}
      </QueryBoundary>
      <LoadMore query={entries} />
    </Stack>
  );
}
