import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { modelsQuery } from "../../api/queries";
import { PageHeader } from "../../components/PageHeader";
import { QueryBoundary } from "../../components/QueryBoundary";
import { Playground } from "./Playground";

export default function PlaygroundPage() {
  const { t } = useTranslation("playground");
  const query = useQuery(modelsQuery);
  const chatModels = query.data?.models.filter(
    ({ served, operations }) => served && operations.includes("chat"),
  );
  if (chatModels?.length) return <Playground models={chatModels} />;
  return (
    <>
      <PageHeader title={t("title")} />
      <QueryBoundary
        query={query}
        empty={{ when: () => true, title: t("noModels.title"), text: t("noModels.text") }}
      >
        {() => null}
      </QueryBoundary>
    </>
  );
}
