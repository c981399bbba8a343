import { Button, Stack, Text, TextInput } from "@mantine/core";
import { IconPlus, IconSearch } from "@tabler/icons-react";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Sorting } from "../../components/DataTable";
import { EmptyState } from "../../components/EmptyState";
import { ErrorAlert } from "../../components/ErrorAlert";
import { AnchorLink } from "../../components/links";
import { PageHeader } from "../../components/PageHeader";
import { QueryBoundary } from "../../components/QueryBoundary";
import { CreateKey } from "./CreateKey";
import { DeleteKey } from "./DeleteKey";
import { useKeys, useSwitchKey } from "./data";
import { EditKey } from "./EditKey";
import { KeysTable } from "./KeysTable";
import type { KeysSearch } from "./search";
import { type Key, select } from "./select";

const route = getRouteApi("/inside/keys");

export default function KeysPage() {
  const { t } = useTranslation("keys");
  const keys = useKeys();
  const [creating, setCreating] = useState(false);
  const create = (
    <Button leftSection={<IconPlus size={18} />} onClick={() => setCreating(true)}>
      {t("create.open")}
    </Button>
  );
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} actions={create} />
      <QueryBoundary
        query={keys}
        empty={{
          when: (all) => !all.length,
          title: t("empty.title"),
          text: t("empty.text"),
          action: (
            <AnchorLink to="/docs/$page" params={{ page: "quickstart" }}>
              {t("empty.action")}
            </AnchorLink>
          ),
        }}
      >
        {(all) => <Keys all={all} />}
      </QueryBoundary>
      <CreateKey opened={creating} onClose={() => setCreating(false)} />
    </>
  );
}

function Keys({ all }: { all: Key[] }) {
  const { t } = useTranslation("keys");
  const search = route.useSearch();
  const navigate = route.useNavigate();
  // The address follows the field: were it the other way round, fast typing would lose letters.
  const [q, setQ] = useState(search.q);
  const switching = useSwitchKey();
  const [edited, setEdited] = useState<Key | null>(null);
  const [deleted, setDeleted] = useState<Key | null>(null);
  const found = select(all, { ...search, q });
  function look(change: KeysSearch): void {
    void navigate({ search: { ...search, ...change }, replace: true });
  }
  return (
    <Stack>
      <TextInput
        type="search"
        aria-label={t("search")}
        placeholder={t("search")}
        leftSection={<IconSearch size={16} />}
        maw={360}
        value={q ?? ""}
        onChange={({ currentTarget }) => {
          setQ(currentTarget.value);
          look({ q: currentTarget.value || undefined });
        }}
      />
      {switching.error && <ErrorAlert error={switching.error} />}
      {found.length ? (
        <KeysTable
          keys={found}
          sorting={sortingOf(search)}
          onSort={(sorting) => look(searchOf(sorting))}
          onSwitch={({ id }, state) => switching.mutate({ id, state })}
          onEdit={setEdited}
          onDelete={setDeleted}
        />
      ) : (
        <EmptyState title={t("empty.found")} />
      )}
      <Text size="sm" c="dimmed">
        {t("playground")}
      </Text>
      <EditKey edited={edited} onClose={() => setEdited(null)} />
      <DeleteKey deleted={deleted} onClose={() => setDeleted(null)} />
    </Stack>
  );
}

function sortingOf({ sort = "created_at_ms", order }: KeysSearch): Sorting {
  return { key: sort, descending: order !== "ascending" };
}

function searchOf({ key, descending }: Sorting): KeysSearch {
  return { sort: key as KeysSearch["sort"], order: descending ? undefined : "ascending" };
}
