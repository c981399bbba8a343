import { Badge, Group, Text, Tooltip } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useTimeZone } from "../../app/session";
import { integer } from "../../lib/numbers";
import { formatDate, formatTime } from "../../lib/time";
import { RATES } from "./LimitFields";
import type { Key } from "./select";

const NAMED_MAX = 1;

/** What limits a key, in a few words each. */
export function Restrictions({ of: key }: { of: Key }) {
  const { t, i18n } = useTranslation("keys");
  const zone = useTimeZone();
  const rates = RATES.filter((rate) => key.limits[rate]);
  const isFree = !(key.models.length || key.networks.length || key.expires_at_ms || rates.length);
  if (isFree)
    return (
      <Text span inherit c="dimmed">
        {t("badge.none")}
      </Text>
    );
  return (
    <Group gap={4}>
      <Names names={key.models} many="badge.models" />
      <Names names={key.networks} many="badge.networks" />
      {key.expires_at_ms > 0 && (
        <Restriction
          text={t("badge.until", { date: formatDate(key.expires_at_ms, zone, i18n.language) })}
          whole={formatTime(key.expires_at_ms, zone, i18n.language)}
        />
      )}
      {rates.map((rate) => (
        <Restriction
          key={rate}
          text={t(`badge.${rate}`, { limit: integer(key.limits[rate], i18n.language) })}
        />
      ))}
    </Group>
  );
}

function Names({ names, many }: { names: string[]; many: "badge.models" | "badge.networks" }) {
  const { t } = useTranslation("keys");
  if (!names.length) return null;
  const all = names.join(", ");
  if (names.length <= NAMED_MAX) return <Restriction text={all} />;
  return <Restriction text={t(many, { count: names.length })} whole={all} />;
}

function Restriction({ text, whole }: { text: string; whole?: string }) {
  return (
    <Tooltip label={whole} disabled={!whole} multiline maw={320}>
      <Badge variant="default" radius="sm" tt="none" fw={500}>
        {text}
      </Badge>
    </Tooltip>
  );
}
