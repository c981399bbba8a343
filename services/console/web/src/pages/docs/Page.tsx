import { Box, Skeleton, Stack } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { NotFound } from "../../app/Failures";
import { PageHeader } from "../../components/PageHeader";
import { QueryBoundary } from "../../components/QueryBoundary";
import { type GuidePage, isGuidePage } from "../../guide/files";
import { useGuidePage } from "../../guide/use-guide";
import { GuideNav, Neighbours } from "./GuideNav";
import { Findings, GuideSearch } from "./GuideSearch";
import { GuideText } from "./GuideText";
import { KeyHint } from "./KeyHint";
import classes from "./Page.module.css";

export default function DocsPage() {
  const { page } = useParams({ from: "/either/docs/$page" });
  return isGuidePage(page) ? <Guide page={page} /> : <NotFound />;
}

function Guide({ page }: { page: GuidePage }) {
  const { t } = useTranslation("docs");
  const [question, setQuestion] = useState("");
  return (
    <Box className={classes.guide}>
      <Box className={classes.side}>
        <GuideSearch question={question} onAsk={setQuestion} />
        <GuideNav onOpen={() => setQuestion("")} />
      </Box>
      <Box miw={0}>
        <PageHeader title={question ? t("search.title") : t(`pages.${page}`)} />
        {question ? (
          <Findings question={question} onOpen={() => setQuestion("")} />
        ) : (
          <Reading page={page} />
        )}
      </Box>
    </Box>
  );
}

function Reading({ page }: { page: GuidePage }) {
  const text = useGuidePage(page);
  return (
    <>
      <KeyHint />
      <QueryBoundary query={text} skeleton={<Blanks />}>
        {({ body }) => <GuideText body={body} />}
      </QueryBoundary>
      <Neighbours page={page} />
    </>
  );
}

function Blanks() {
  return (
    <Stack maw="78ch">
      {["60%", "100%", "90%", "40%"].map((width) => (
        <Skeleton key={width} h={20} w={width} />
      ))}
      <Skeleton h={160} />
    </Stack>
  );
}
