import { Group, SegmentedControl, Text } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useTimeZone } from "../../app/session";
import { IN_PLACE } from "../../lib/search";
import { RANGES } from "../../usage/steps";
import { type DashboardSearch, GROUPS, VIEWS } from "./search";

/** Which time, told apart by what, drawn or written: all of it in the address. */
export function Controls({ range, group, view }: Required<DashboardSearch>) {
  const { t } = useTranslation("dashboard");
  const zone = useTimeZone();
  const navigate = useNavigate({ from: "/dashboard" });
  function change(filters: DashboardSearch): void {
    void navigate({
      search: (before) => ({ ...before, ...filters }),
      ...IN_PLACE,
    });
  }
  return (
    <Group gap="sm" mb="md">
      <SegmentedControl
        aria-label={t("controls.range")}
        data={RANGES.map((value) => ({ value, label: t(`controls.${value}`) }))}
        value={range ?? "7d"}
        onChange={(value) => change({ range: value })}
      />
      <Text size="sm" c="dimmed">
        {t("controls.zone", { zone })}
      </Text>
      <SegmentedControl
        aria-label={t("controls.group")}
        data={GROUPS.map((value) => ({ value, label: t(`controls.${value}`) }))}
        value={group ?? "model"}
        onChange={(value) => change({ group: value })}
        ml={{ md: "auto" }}
      />
      <SegmentedControl
        aria-label={t("controls.view")}
        data={VIEWS.map((value) => ({ value, label: t(`controls.${value}`) }))}
        value={view ?? "charts"}
        onChange={(value) => change({ view: value })}
      />
    </Group>
  );
}
