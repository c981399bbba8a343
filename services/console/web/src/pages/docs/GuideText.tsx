import { Anchor, Box, Title } from "@mantine/core";
import { useLocation } from "@tanstack/react-router";
import { isValidElement, type ReactNode, useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { Components } from "react-markdown";
import { AnchorLink } from "../../components/links";
import { Markdown } from "../../components/Markdown";
import { headingId, pageLink } from "../../guide/text";
import classes from "./GuideText.module.css";

const COMPONENTS: Components = {
  a: ({ href = "", children }) => <GuideLink href={href}>{children}</GuideLink>,
  h2: ({ children }) => <Heading order={2}>{children}</Heading>,
  h3: ({ children }) => <Heading order={3}>{children}</Heading>,
};

/** A page of the guide below its title. The address's #part is scrolled to, also when the text comes after it. */
export function GuideText({ body }: { body: string }) {
  const hash = useLocation({ select: (location) => location.hash });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another text has its parts elsewhere.
  useEffect(() => {
    if (hash) document.getElementById(hash)?.scrollIntoView();
  }, [hash, body]);
  return (
    <Box className={classes.text}>
      <Markdown text={body} components={COMPONENTS} />
    </Box>
  );
}

/** "errors.md#402" and "#402" stay in the console; anything else leaves it. */
function GuideLink({ href, children }: { href: string; children: ReactNode }) {
  const link = pageLink(href);
  if (link) {
    return (
      <AnchorLink inherit to="/docs/$page" params={{ page: link.page }} hash={link.hash}>
        {children}
      </AnchorLink>
    );
  }
  if (href.startsWith("#")) {
    return (
      <AnchorLink inherit to="." hash={href.slice(1)}>
        {children}
      </AnchorLink>
    );
  }
  return (
    <Anchor inherit href={href} target="_blank" rel="noopener noreferrer">
      {children}
    </Anchor>
  );
}

function Heading({ order, children }: { order: 2 | 3; children: ReactNode }) {
  const { t } = useTranslation("docs");
  const heading = wordsOf(children);
  const id = headingId(heading);
  return (
    <Title order={order} id={id} className={classes.heading}>
      {children}
      <AnchorLink
        inherit
        to="."
        hash={id}
        className={classes.mark}
        aria-label={t("linkTo", { heading })}
      >
        #
      </AnchorLink>
    </Title>
  );
}

function wordsOf(node: ReactNode): string {
  if (Array.isArray(node)) return node.map(wordsOf).join("");
  if (isValidElement<{ children?: ReactNode }>(node)) return wordsOf(node.props.children);
  return typeof node === "string" || typeof node === "number" ? String(node) : "";
}
