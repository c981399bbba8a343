import { Alert, Drawer, Group, Stack, Table, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useVisitor } from "../../app/session";
import { CopyButton } from "../../components/CopyButton";
import { AnchorLink, ButtonLink } from "../../components/links";
import { StatusBadge } from "../../components/StatusBadge";
import { integer } from "../../lib/numbers";
import { Capabilities } from "./Capabilities";
import { type Model, priceLines } from "./catalogue";
import { Snippets } from "./Snippets";
import { vendorName } from "./vendors";

/** All of one model, at the side. */
export function ModelDetails({
  model,
  onClose,
}: {
  model: Model | undefined;
  onClose: () => void;
}) {
  const { t } = useTranslation("models");
  return (
    <Drawer
      opened={model !== undefined}
      onClose={onClose}
      position="right"
      size="lg"
      title={model?.name}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      {model && <Details model={model} />}
    </Drawer>
  );
}

function Details({ model }: { model: Model }) {
  const { t, i18n } = useTranslation("models");
  const visitor = useVisitor();
  const chats = model.operations.includes("chat");
  const tokens = (count: number) =>
    count ? t("tokens", { count, shown: integer(count, i18n.language) }) : "–";
  return (
    <Stack>
      <Group gap="xs">
        <CopyButton text={model.name} label={t("copyName", { name: model.name })} />
        <Text c="dimmed">{vendorName(model.owned_by)}</Text>
        <StatusBadge
          tone={model.served ? "good" : "neutral"}
          label={t(model.served ? "served" : "notServed")}
        />
        <Capabilities model={model} />
      </Group>
      <Facts
        rows={[
          [t("aliases"), model.aliases.join(", ") || "–"],
          [t("columns.context"), tokens(model.context_tokens)],
          [t("columns.longest"), tokens(model.max_output_tokens)],
        ]}
      />
      <Prices model={model} />
      {!visitor && (
        <Alert>
          <AnchorLink inherit to="/register">
            {t("register")}
          </AnchorLink>
        </Alert>
      )}
      {visitor && chats && (
        <ButtonLink to="/playground" search={{ model: model.name }}>
          {t("playground")}
        </ButtonLink>
      )}
      {chats ? <Snippets model={model.name} /> : <OtherPaths />}
    </Stack>
  );
}

function Prices({ model }: { model: Model }) {
  const { t } = useTranslation("models");
  const rows = priceLines(model).map(({ bucket, usd, unit }): [string, string] => [
    t(`buckets.${bucket}`),
    `${usd} ${t(`units.${unit}`)}`,
  ]);
  return (
    <>
      <Title order={3} size="h5">
        {t("prices")}
      </Title>
      {rows.length > 0 ? <Facts rows={rows} /> : <Text>{t("free")}</Text>}
    </>
  );
}

function OtherPaths() {
  const { t } = useTranslation("models");
  return (
    <AnchorLink to="/docs/$page" params={{ page: "models" }}>
      {t("paths")}
    </AnchorLink>
  );
}

function Facts({ rows }: { rows: [string, string][] }) {
  return (
    <Table variant="vertical">
      <Table.Tbody>
        {rows.map(([name, value]) => (
          <Table.Tr key={name}>
            <Table.Th scope="row" w="45%">
              {name}
            </Table.Th>
            <Table.Td style={{ overflowWrap: "anywhere" }}>{value}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
