import { Button, Group, Select, Stack } from "@mantine/core";
import { IconPrinter } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { saveFile } from "../../api/saving";
import { useTimeZone } from "../../app/session";
import { ExportButton } from "../../components/ExportButton";
import { formatMonth } from "../../lib/time";
import { monthsUntil, utcOffsetMinutes } from "../../lib/zone";
import { Statement } from "./Statement";

const MONTHS = 12;

/** A month of the reader's zone, to be read, saved or printed. */
export function Statements({
  month: chosen,
  onChange,
}: {
  month: string | undefined;
  onChange: (month: string | undefined) => void;
}) {
  const { t, i18n } = useTranslation("wallet");
  const zone = useTimeZone();
  const months = monthsUntil(Date.now(), zone, MONTHS);
  const month = months.find(({ name }) => name === chosen) ?? months[0];
  if (!month) return null;
  const { name, fromMs, toMs } = month;
  const save = () =>
    saveFile(
      "/api/wallet/entries.csv",
      { from_ms: fromMs, to_ms: toMs, utc_offset_minutes: utcOffsetMinutes(fromMs, zone) },
      "tollgate-entries.csv",
    );
  return (
    <Stack>
      <Group align="flex-end" justify="space-between" data-print="never">
        <Select
          label={t("month", { zone })}
          data={months.map((one) => ({
            value: one.name,
            label: formatMonth(one.fromMs, zone, i18n.language),
          }))}
          value={name}
          onChange={(picked) => onChange(picked ?? undefined)}
          allowDeselect={false}
        />
        <Group>
          <ExportButton save={save} />
          <Button
            variant="default"
            leftSection={<IconPrinter size={16} />}
            onClick={() => window.print()}
          >
            {t("print")}
          </Button>
        </Group>
      </Group>
      <Statement key={name} month={month} />
    </Stack>
  );
}
