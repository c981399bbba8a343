import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Schema } from "../api/client";
import { keysQuery } from "../api/queries";

/** All keys, and what each is called: by its label, with its end where another has the same. */
export function useKeyNames(): {
  keys: Schema<"Key">[];
  keyName: (id: string) => string;
} {
  const { t } = useTranslation();
  const { data } = useQuery(keysQuery);
  return useMemo(() => {
    const keys = data?.keys ?? [];
    const labels = keys.map(({ label }) => label);
    const nameOf = ({ label, last4, playground }: Schema<"Key">) => {
      if (playground) return t("nav.playground");
      const isUnique = labels.indexOf(label) === labels.lastIndexOf(label);
      return isUnique ? label : t("keyName", { label, last4 });
    };
    const names = new Map(keys.map((key) => [key.id, nameOf(key)]));
    return { keys, keyName: (id: string) => names.get(id) ?? id };
  }, [data, t]);
}
