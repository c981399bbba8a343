import { Box, CloseButton, Stack, Text, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { AnchorLink } from "../../components/links";
import { QueryBoundary } from "../../components/QueryBoundary";
import { find } from "../../guide/find";
import { useWholeGuide } from "../../guide/use-guide";

export function GuideSearch({
  question,
  onAsk,
}: {
  question: string;
  onAsk: (question: string) => void;
}) {
  const { t } = useTranslation("docs");
  return (
    <TextInput
      type="search"
      aria-label={t("search.label")}
      placeholder={t("search.label")}
      leftSection={<IconSearch size={16} />}
      rightSection={
        question && <CloseButton aria-label={t("search.clear")} onClick={() => onAsk("")} />
      }
      value={question}
      onChange={(event) => onAsk(event.currentTarget.value)}
      mb="sm"
    />
  );
}

/** The parts of all pages that have what was asked for. */
export function Findings({ question, onOpen }: { question: string; onOpen: () => void }) {
  const { t } = useTranslation("docs");
  const guide = useWholeGuide();
  return (
    <QueryBoundary query={guide}>
      {(pages) => {
        const findings = find(pages, question);
        return (
          <>
            <Text role="status" mb="md" c="dimmed">
              {t("search.found", { count: findings.length })}
            </Text>
            <Stack component="ul" p={0} gap="md" style={{ listStyle: "none" }}>
              {findings.map(({ page, title, section, excerpt }) => (
                <Box component="li" key={`${page}#${section.id}`}>
                  <AnchorLink to="/docs/$page" params={{ page }} hash={section.id} onClick={onOpen}>
                    {section.heading ? `${title}: ${section.heading}` : title}
                  </AnchorLink>
                  <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
                    {excerpt}
                  </Text>
                </Box>
              ))}
            </Stack>
          </>
        );
      }}
    </QueryBoundary>
  );
}
