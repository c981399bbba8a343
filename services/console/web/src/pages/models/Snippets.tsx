import { Stack, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { CodeBlock } from "../../components/CodeBlock";
import { QueryBoundary } from "../../components/QueryBoundary";
import { snippetsOf, withModel } from "../../guide/text";
import { useGuidePage } from "../../guide/use-guide";

/** The quickstart's, with this model: any SDK reaches any model. */
export function Snippets({ model }: { model: string }) {
  const { t } = useTranslation("models");
  const quickstart = useGuidePage("quickstart");
  return (
    <>
      <Title order={3} size="h5">
        {t("snippets")}
      </Title>
      <QueryBoundary query={quickstart}>
        {({ body }) => (
          <Stack>
            {snippetsOf(body).map(({ heading, code }) => (
              <CodeBlock key={heading} label={heading} code={withModel(code, model)} />
            ))}
          </Stack>
        )}
      </QueryBoundary>
    </>
  );
}
