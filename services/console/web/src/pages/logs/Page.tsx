import { ActionIcon, Group } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useIsFetching, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { saveFile } from "../../api/saving";
import { useTimeZone } from "../../app/session";
import { ExportButton } from "../../components/ExportButton";
import { PageHeader } from "../../components/PageHeader";
import { IN_PLACE } from "../../lib/search";
import { utcOffsetMinutes } from "../../lib/zone";
import { ColumnsMenu, useChosenColumns } from "./ColumnsMenu";
import { Filters } from "./Filters";
import { ReceiptDrawer } from "./ReceiptDrawer";
import { Records } from "./Records";
import { filterOf, type LogsSearch } from "./search";

export default function LogsPage() {
  const { t } = useTranslation("logs");
  const search = useSearch({ from: "/inside/logs" });
  const navigate = useNavigate({ from: "/logs" });
  const zone = useTimeZone();
  const [columns, chooseColumns] = useChosenColumns();
  const change = useCallback(
    (changes: Partial<LogsSearch>) =>
      void navigate({
        search: (before) => ({ ...before, ...changes }),
        ...IN_PLACE,
      }),
    [navigate],
  );
  const open = useCallback((receipt: string) => change({ receipt }), [change]);
  function save(): Promise<void> {
    const now = Date.now();
    const query = { ...filterOf(search, now), utc_offset_minutes: utcOffsetMinutes(now, zone) };
    return saveFile("/api/usage.csv", query, "tollgate-usage.csv");
  }
  return (
    <>
      <PageHeader
        title={t("title")}
        description={t("description")}
        actions={
          <Group gap="xs">
            <Refresh />
            <ColumnsMenu chosen={columns} onChoose={chooseColumns} />
            <ExportButton save={save} />
          </Group>
        }
      />
      <Filters search={search} onChange={change} />
      <Records
        search={search}
        columns={columns}
        onOpen={open}
        onShowAll={() => void navigate({ search: { range: "all" } })}
      />
      <ReceiptDrawer requestId={search.receipt} onClose={() => change({ receipt: undefined })} />
    </>
  );
}

function Refresh() {
  const { t } = useTranslation("logs");
  const queries = useQueryClient();
  const loading = useIsFetching({ queryKey: ["usage"] }) > 0;
  return (
    <ActionIcon
      variant="default"
      size={36}
      aria-label={t("refresh")}
      title={t("refresh")}
      loading={loading}
      onClick={() => void queries.invalidateQueries({ queryKey: ["usage"] })}
    >
      <IconRefresh size={18} />
    </ActionIcon>
  );
}
