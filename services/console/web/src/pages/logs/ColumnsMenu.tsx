import { Button, Checkbox, Popover, Stack } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { IconColumns3 } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { COLUMNS, type ColumnName, USUAL_COLUMNS } from "./columns";

/** The columns that this browser's reader wants to see. */
export function useChosenColumns() {
  return useLocalStorage<ColumnName[]>({
    key: "tollgate.logs.columns",
    defaultValue: USUAL_COLUMNS,
    getInitialValueInEffect: false,
  });
}

export function ColumnsMenu({
  chosen,
  onChoose,
}: {
  chosen: ColumnName[];
  onChoose: (columns: ColumnName[]) => void;
}) {
  const { t } = useTranslation("logs");
  return (
    <Popover position="bottom-end" trapFocus>
      <Popover.Target>
        <Button variant="default" leftSection={<IconColumns3 size={16} />}>
          {t("columns")}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Checkbox.Group
          label={t("columns")}
          value={chosen}
          onChange={(names) => onChoose(COLUMNS.filter((name) => names.includes(name)))}
        >
          <Stack gap="xs" mt="xs">
            {COLUMNS.map((name) => (
              <Checkbox key={name} value={name} label={t(`column.${name}`)} />
            ))}
          </Stack>
        </Checkbox.Group>
      </Popover.Dropdown>
    </Popover>
  );
}
