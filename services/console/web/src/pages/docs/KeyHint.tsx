import { Alert } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Trans, useTranslation } from "react-i18next";
import { keysQuery } from "../../api/queries";
import { useKnownKey } from "../../app/first-key";
import { useVisitor } from "../../app/session";
import { AnchorLink } from "../../components/links";
import { NO_KEY } from "../../lib/api-address";

const SHOWN_MAX = 3;

/** What belongs where the snippets have no key. A key's secret is known only to the tab that was shown it. */
export function KeyHint() {
  const { t } = useTranslation("docs");
  const visitor = useVisitor();
  const known = useKnownKey();
  const { data } = useQuery({ ...keysQuery, enabled: visitor !== null && known === null });
  if (known !== null) return null;
  const usable = data?.keys.filter((key) => !key.playground && key.state === "active") ?? [];
  const names = usable
    .slice(0, SHOWN_MAX)
    .map(({ label, last4 }) => t("key.name", { label, last4 }))
    .join(t("key.or"));
  const text = !visitor ? "key.stranger" : names ? "key.own" : "key.none";
  return (
    <Alert mb="lg" maw="78ch" p="sm">
      <Trans
        t={t}
        i18nKey={text}
        values={{ names, blank: NO_KEY }}
        components={{
          code: <code />,
          keys: <AnchorLink inherit to="/keys" />,
          register: <AnchorLink inherit to="/register" />,
        }}
      />
    </Alert>
  );
}
