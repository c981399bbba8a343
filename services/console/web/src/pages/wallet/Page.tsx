import { Stack, Tabs } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { PageHeader } from "../../components/PageHeader";
import { IN_PLACE } from "../../lib/search";
import { Balance } from "./Balance";
import { Entries } from "./Entries";
import { Statements } from "./Statements";
import { TABS, type WalletSearch } from "./search";

export default function WalletPage() {
  const { t } = useTranslation("wallet");
  const search = useSearch({ from: "/inside/wallet" });
  const navigate = useNavigate({ from: "/wallet" });
  const change = useCallback(
    (changes: Partial<WalletSearch>) =>
      void navigate({
        search: (before) => ({ ...before, ...changes }),
        ...IN_PLACE,
      }),
    [navigate],
  );
  return (
    <>
      <div data-print="never">
        <PageHeader title={t("title")} description={t("description")} />
      </div>
      <Stack gap="lg">
        <Balance />
        <Tabs
          value={search.tab ?? TABS[0]}
          onChange={(name) => change({ tab: TABS.find((one) => one === name) })}
          keepMounted={false}
        >
          <Tabs.List mb="md" data-print="never">
            {TABS.map((name) => (
              <Tabs.Tab key={name} value={name}>
                {t(`tab.${name}`)}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value="entries">
            <Entries search={search} onChange={change} />
          </Tabs.Panel>
          <Tabs.Panel value="statements">
            <Statements month={search.month} onChange={(month) => change({ month })} />
          </Tabs.Panel>
        </Tabs>
      </Stack>
    </>
  );
}
