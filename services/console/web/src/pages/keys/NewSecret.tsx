import { Alert, Button, Group, Stack, Tabs, Text, TextInput } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { aboutQuery, modelsQuery } from "../../api/queries";
import { CodeBlock } from "../../components/CodeBlock";
import { CopyButton } from "../../components/CopyButton";
import { exampleModel } from "../../lib/example-model";
import { snippets } from "./snippets";

/** A key's secret, for the only time, and code that works with it. */
export function NewSecret({ secret, onSaved }: { secret: string; onSaved: () => void }) {
  const { t } = useTranslation("keys");
  const field = useRef<HTMLInputElement>(null);
  // The form that had the focus is gone.
  useEffect(() => field.current?.select(), []);
  return (
    <Stack>
      <Alert color="amber" icon={<IconAlertTriangle />} title={t("secret.once")}>
        {t("secret.text")}
      </Alert>
      <TextInput
        ref={field}
        label={t("secret.label")}
        value={secret}
        readOnly
        autoComplete="off"
        spellCheck={false}
        styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
        rightSection={<CopyButton text={secret} label={t("secret.copy")} />}
      />
      <Snippets secret={secret} />
      <Group justify="flex-end">
        <Button onClick={onSaved}>{t("secret.saved")}</Button>
      </Group>
    </Stack>
  );
}

function Snippets({ secret }: { secret: string }) {
  const { t } = useTranslation("keys");
  const about = useQuery(aboutQuery);
  const models = useQuery(modelsQuery);
  const model = exampleModel(models.data?.models ?? []);
  if (!about.data || !model) return null;
  const written = snippets(about.data.api_url, secret, model.name);
  return (
    <div>
      <Text fw={600} size="sm" mb={4}>
        {t("secret.try")}
      </Text>
      <Tabs defaultValue="curl" keepMounted={false}>
        <Tabs.List aria-label={t("secret.try")} mb="xs">
          {written.map(({ name }) => (
            <Tabs.Tab key={name} value={name}>
              {name}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {written.map(({ name, code }) => (
          <Tabs.Panel key={name} value={name}>
            <CodeBlock code={code} />
          </Tabs.Panel>
        ))}
      </Tabs>
    </div>
  );
}
