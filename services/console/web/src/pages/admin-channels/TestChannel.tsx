import { Autocomplete, Button, Group, Modal, Stack, Text } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useModelNames } from "../../api/use-model-names";
import { ErrorAlert } from "../../components/ErrorAlert";
import { type Channel, useTestChannel } from "./data";
import { TestResult } from "./TestResult";

export function TestChannel({ tested, onClose }: { tested: Channel | null; onClose: () => void }) {
  const { t } = useTranslation("admin-channels");
  return (
    <Modal
      opened={tested !== null}
      onClose={onClose}
      title={t("test.title", { id: tested?.id ?? "" })}
      size="lg"
    >
      {tested && <Test of={tested} />}
    </Modal>
  );
}

function Test({ of: { id, serves } }: { of: Channel }) {
  const { t } = useTranslation("admin-channels");
  const [model, setModel] = useState("");
  const names = useModelNames();
  const testing = useTestChannel(id);
  function run(event: FormEvent): void {
    event.preventDefault();
    testing.mutate(model.trim());
  }
  return (
    <form onSubmit={run}>
      <Stack>
        <Text>{t("test.text")}</Text>
        <Autocomplete
          label={t("test.model")}
          description={t("test.modelHelp")}
          data={serves.length ? serves.map(({ name }) => name) : names}
          value={model}
          onChange={setModel}
          limit={20}
          autoComplete="off"
        />
        <div role="status">{testing.data && <TestResult of={testing.data} />}</div>
        {testing.error && <ErrorAlert error={testing.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={testing.isPending} data-autofocus>
            {t("test.run")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
