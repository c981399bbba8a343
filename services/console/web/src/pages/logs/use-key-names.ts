import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { api, call, type Schema } from "../../api/client";

/** All keys, and what a record's key is called. */
export function useKeyNames(): {
  keys: Schema<"Key">[];
  keyName: (id: string) => string;
} {
  const { t } = useTranslation("logs");
  const { data } = useQuery({ queryKey: ["keys"], queryFn: () => call(api.GET("/api/keys")) });
  return useMemo(() => {
    const keys = data?.keys ?? [];
    const names = new Map(
      keys.map((key) => [key.id, key.playground ? t("playgroundKey") : key.label]),
    );
    return { keys, keyName: (id: string) => names.get(id) ?? id };
  }, [data, t]);
}
