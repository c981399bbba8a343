import { Group, Stack, Switch } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { saveFile } from "../../api/saving";
import { useTimeZone } from "../../app/session";
import { Change } from "../../components/Change";
import { type Column, DataTable } from "../../components/DataTable";
import { ExportButton } from "../../components/ExportButton";
import { LoadMore } from "../../components/LoadMore";
import { AnchorLink } from "../../components/links";
import { Money } from "../../components/Money";
import { QueryBoundary } from "../../components/QueryBoundary";
import { RangeFilter } from "../../components/RangeFilter";
import { Time } from "../../components/Time";
import { RANGES } from "../../lib/range";
import { utcOffsetMinutes } from "../../lib/zone";
import { useKindName } from "./kinds";
import { filterOf, USUAL_RANGE, type WalletSearch } from "./search";
import { type Entry, useEntries } from "./use-entries";

const OF_REQUEST = "usage:";
const OF_WELCOME = ":welcome-";

/** Every movement of money with the balance after it, newest first. */
export function Entries({
  search,
  onChange,
}: {
  search: WalletSearch;
  onChange: (change: Partial<WalletSearch>) => void;
}) {
  const { t } = useTranslation("wallet");
  const zone = useTimeZone();
  const entries = useEntries(search);
  const columns = useColumns();
  function save(): Promise<void> {
    const now = Date.now();
    const query = { ...filterOf(search, now), utc_offset_minutes: utcOffsetMinutes(now, zone) };
    return saveFile("/api/wallet/entries.csv", query, "tollgate-entries.csv");
  }
  return (
    <Stack>
      <Group align="flex-end" gap="md">
        <RangeFilter names={RANGES} usual={USUAL_RANGE} value={search} onChange={onChange} />
        <Switch
          label={t("hideUsage")}
          styles={{ root: { minHeight: 36 }, body: { height: 36, alignItems: "center" } }}
          checked={search.usage === "hidden"}
          onChange={(event) =>
            onChange({ usage: event.currentTarget.checked ? "hidden" : undefined })
          }
        />
        <ExportButton save={save} />
      </Group>
      <QueryBoundary
        query={entries}
        skeleton={
          <DataTable label="" columns={columns} rows={undefined} rowKey={(entry) => entry.id} />
        }
        empty={{
          when: (rows) => rows.length === 0,
          title: t("empty.title"),
          text: t("empty.text"),
        }}
      >
        {(rows) => (
          <DataTable
            label={t("tab.entries")}
            columns={columns}
            rows={rows}
            rowKey={(entry) => entry.id}
          />
        )}
      </QueryBoundary>
      <LoadMore query={entries} />
    </Stack>
  );
}

function useColumns(): Column<Entry>[] {
  const { t } = useTranslation("wallet");
  const kindName = useKindName();
  return [
    {
      key: "time",
      header: t("column.time"),
      render: (entry) => <Time ms={entry.posted_at_ms} />,
    },
    { key: "kind", header: t("column.kind"), render: (entry) => kindName(entry.kind) },
    { key: "memo", header: t("column.memo"), render: (entry) => <Cause entry={entry} /> },
    {
      key: "amount",
      header: t("column.amount"),
      align: "end",
      render: (entry) => <Change nano={entry.amount_nano} />,
    },
    {
      key: "balance",
      header: t("column.balance"),
      align: "end",
      render: (entry) => <Money nano={entry.balance_nano} />,
    },
  ];
}

/** What a movement was for: a request leads to its receipt. */
function Cause({ entry: { id, memo } }: { entry: Entry }) {
  const { t } = useTranslation("wallet");
  if (id.includes(OF_WELCOME)) return t("welcome");
  if (!id.startsWith(OF_REQUEST)) return memo || "–";
  const request_id = id.slice(OF_REQUEST.length);
  return (
    <AnchorLink inherit to="/logs" search={{ request_id, receipt: request_id }}>
      {memo || t("request")}
    </AnchorLink>
  );
}
