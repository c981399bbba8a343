import { Box, SimpleGrid } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { ButtonLink, MenuLink } from "../../components/links";
import { GUIDE_PAGES, type GuidePage } from "../../guide/files";
import classes from "./GuideNav.module.css";

/** All pages: at the side, or above the text on a phone. */
export function GuideNav({ onOpen }: { onOpen: () => void }) {
  const { t } = useTranslation("docs");
  return (
    <Box component="nav" aria-label={t("pagesLabel")}>
      <SimpleGrid cols={{ base: 2, md: 1 }} spacing={4} verticalSpacing={2}>
        {GUIDE_PAGES.map((page) => (
          <MenuLink
            key={page}
            to="/docs/$page"
            params={{ page }}
            label={t(`pages.${page}`)}
            activeOptions={{ includeHash: false }}
            activeProps={{ active: true }}
            onClick={onOpen}
          />
        ))}
      </SimpleGrid>
    </Box>
  );
}

/** To the page before and after this one. */
export function Neighbours({ page }: { page: GuidePage }) {
  const { t } = useTranslation("docs");
  const place = GUIDE_PAGES.indexOf(page);
  const before = GUIDE_PAGES[place - 1];
  const after = GUIDE_PAGES[place + 1];
  return (
    <Box component="nav" aria-label={t("neighbours")} className={classes.neighbours}>
      {before && (
        <ButtonLink to="/docs/$page" params={{ page: before }} variant="default">
          {t("before", { page: t(`pages.${before}`) })}
        </ButtonLink>
      )}
      {after && (
        <ButtonLink to="/docs/$page" params={{ page: after }} variant="default" ml="auto">
          {t("after", { page: t(`pages.${after}`) })}
        </ButtonLink>
      )}
    </Box>
  );
}
