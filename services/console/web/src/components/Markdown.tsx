import { Anchor, Table, Typography } from "@mantine/core";
import { isValidElement, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import ReactMarkdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";
import { CodeBlock } from "./CodeBlock";
import classes from "./Markdown.module.css";

const PLUGINS = [remarkGfm];
const COMPONENTS: Components = {
  a: ({ href, children }) => <Outward href={href}>{children}</Outward>,
  img: ({ src, alt }) => <Image src={src} text={alt} />,
  pre: ({ children }) => <Code>{children}</Code>,
  table: ({ children }) => (
    <Table.ScrollContainer minWidth={0}>
      <Table>{children}</Table>
    </Table.ScrollContainer>
  ),
};

/** Text that somebody else wrote, a model above all: no HTML, no script, and nothing is fetched. Our own text may have
 * `components` of its own. */
export function Markdown({ text, components }: { text: string; components?: Components }) {
  return (
    <Typography className={classes.text}>
      <ReactMarkdown remarkPlugins={PLUGINS} components={{ ...COMPONENTS, ...components }}>
        {text}
      </ReactMarkdown>
    </Typography>
  );
}

/** Addresses that are not of the web were emptied by the Markdown library. */
function Outward({ href, children }: { href: string | undefined; children: ReactNode }) {
  if (!href) return children;
  return (
    <Anchor href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </Anchor>
  );
}

/** As a link: an image's address could carry what was said to whoever serves it. */
function Image({ src, text }: { src: unknown; text: string | undefined }) {
  const { t } = useTranslation();
  const href = typeof src === "string" ? src : undefined;
  return <Outward href={href}>{t("markdown.image", { text: text || href })}</Outward>;
}

/** Inside <pre>, the Markdown library puts a <code> of one text. */
function Code({ children }: { children: ReactNode }) {
  if (!isValidElement<{ className?: string; children?: ReactNode }>(children)) return children;
  const { className, children: text } = children.props;
  const language = /language-(\S+)/.exec(className ?? "")?.[1];
  return (
    <CodeBlock code={String(text).replace(/\n$/, "")} {...(language && { label: language })} />
  );
}
