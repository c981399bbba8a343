import { Tabs, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { CodeBlock } from "../../components/CodeBlock";
import { samples } from "./samples";

/** The same call by each SDK, with this deployment's address. */
export function Samples({ apiUrl }: { apiUrl: string }) {
  const { t } = useTranslation("landing");
  return (
    <Tabs defaultValue="OpenAI" keepMounted={false}>
      <Tabs.List aria-label={t("samples.label")} mb="sm">
        {samples(apiUrl).map(({ sdk }) => (
          <Tabs.Tab key={sdk} value={sdk} px="sm">
            {t("samples.sdk", { sdk })}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {samples(apiUrl).map(({ sdk, code, change }) => (
        <Tabs.Panel key={sdk} value={sdk}>
          <CodeBlock code={code} mark={change} />
        </Tabs.Panel>
      ))}
      <Text size="sm" c="dimmed" mt="xs">
        {t("samples.caption")}
      </Text>
    </Tabs>
  );
}
