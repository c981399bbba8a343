import { Button, Stack, Text } from "@mantine/core";
import { IconPlus, IconSearch } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Sorting } from "../../components/DataTable";
import { EmptyState } from "../../components/EmptyState";
import { ErrorAlert } from "../../components/ErrorAlert";
import { AnchorLink } from "../../components/links";
import { PageHeader } from "../../components/PageHeader";
import { QueryBoundary } from "../../components/QueryBoundary";
import { SearchInput } from "../../components/SearchInput";
import { IN_PLACE, oneOf } from "../../lib/search";
import { CreateKey } from "./CreateKey";
import { DeleteKey } from "./DeleteKey";
import { useKeys, useSwitchKey } from "./data";
import { EditKey } from "./EditKey";
import { KeysTable } from "./KeysTable";
import { type KeysSearch, SORTS } from "./search";
import { type Key, select } from "./select";

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
  const search = useSearch({ from: "/inside/keys" });
  const navigate = useNavigate({ from: "/keys" });
  const switching = useSwitchKey();
  const [edited, setEdited] = useState<Key | null>(null);
  const [deleted, setDeleted] = useState<Key | null>(null);
  const found = select(all, search);
  function look(change: KeysSearch): void {
    void navigate({ search: (before) => ({ ...before, ...change }), ...IN_PLACE });
  }
  return (
    <Stack>
      <SearchInput
        aria-label={t("search")}
        placeholder={t("search")}
        leftSection={<IconSearch size={16} />}
        maw={360}
        value={search.q}
        onSearch={(q) => look({ q })}
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
  return { sort: oneOf(key, SORTS), order: descending ? undefined : "ascending" };
}
