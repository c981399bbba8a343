import { Button, Group, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api, call, type Schema } from "../../api/client";
import { sessionsQuery } from "../../api/queries";
import { logOutEverywhere } from "../../app/session";
import { ConfirmModal } from "../../components/ConfirmModal";
import { type Column, DataTable } from "../../components/DataTable";
import { ErrorAlert } from "../../components/ErrorAlert";
import { QueryBoundary } from "../../components/QueryBoundary";
import { StatusBadge } from "../../components/StatusBadge";
import { Time } from "../../components/Time";
import { browserName } from "./browser-name";
import { Section } from "./Section";

type OpenSession = Schema<"OpenSession">;

const SHOWN_FIRST = 6;

export function SessionsSection() {
  const { t } = useTranslation("settings");
  const sessions = useQuery(sessionsQuery);
  return (
    <Section title={t("sessions.title")} text={t("sessions.text")}>
      <Stack>
        <QueryBoundary query={sessions}>{(all) => <List {...all} />}</QueryBoundary>
        <Everywhere />
      </Stack>
    </Section>
  );
}

function List({ sessions }: Schema<"Sessions">) {
  const { t } = useTranslation("settings");
  const client = useQueryClient();
  const [all, { open: showAll }] = useDisclosure();
  const ordered = sessions.toSorted((one, other) => Number(other.current) - Number(one.current));
  const ending = useMutation({
    mutationFn: (session_id: string) =>
      call(api.DELETE("/api/sessions/{session_id}", { params: { path: { session_id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: sessionsQuery.queryKey }),
  });
  const columns: Column<OpenSession>[] = [
    { key: "browser", header: t("sessions.browser"), render: (row) => <Browser of={row} /> },
    { key: "address", header: t("sessions.address"), render: (row) => row.address },
    {
      key: "used",
      header: t("sessions.used"),
      render: (row) => <Time ms={row.used_at_ms} as="relative" />,
    },
    {
      key: "end",
      header: t("sessions.deeds"),
      align: "end",
      render: (row) => (
        <EndButton of={row} ending={ending.isPending} onEnd={() => ending.mutate(row.id)} />
      ),
    },
  ];
  return (
    <>
      {ending.error && <ErrorAlert error={ending.error} />}
      <DataTable
        label={t("sessions.title")}
        columns={columns}
        rows={all ? ordered : ordered.slice(0, SHOWN_FIRST)}
        rowKey={(row) => row.id}
      />
      {!all && sessions.length > SHOWN_FIRST && (
        <Button variant="subtle" onClick={showAll}>
          {t("sessions.all", { count: sessions.length })}
        </Button>
      )}
    </>
  );
}

function Browser({ of: { user_agent, current } }: { of: OpenSession }) {
  const { t } = useTranslation("settings");
  return (
    <Text inherit span title={user_agent}>
      {browserName(user_agent) ?? t("sessions.unknown")}{" "}
      {current && <StatusBadge tone="good" label={t("sessions.current")} />}
    </Text>
  );
}

function EndButton({
  of: { current, address },
  ending,
  onEnd,
}: {
  of: OpenSession;
  ending: boolean;
  onEnd: () => void;
}) {
  const { t } = useTranslation("settings");
  if (current) return null;
  return (
    <Button
      size="xs"
      variant="default"
      aria-label={t("sessions.endThis", { address })}
      disabled={ending}
      onClick={onEnd}
    >
      {t("sessions.end")}
    </Button>
  );
}

function Everywhere() {
  const { t } = useTranslation(["settings", "common"]);
  const navigate = useNavigate();
  const [asking, { open, close }] = useDisclosure();
  const leaving = useMutation({
    mutationFn: () => logOutEverywhere(() => navigate({ to: "/" })),
  });
  return (
    <Group>
      <Button variant="default" onClick={open}>
        {t("common:user.logoutEverywhere")}
      </Button>
      <ConfirmModal
        opened={asking}
        onClose={close}
        title={t("sessions.everywhereTitle")}
        text={t("sessions.everywhereText")}
        action={t("common:user.logoutEverywhere")}
        pending={leaving.isPending}
        error={leaving.error}
        onConfirm={() => leaving.mutate()}
      />
    </Group>
  );
}
