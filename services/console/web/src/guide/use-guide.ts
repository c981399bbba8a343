import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { aboutQuery } from "../api/queries";
import { useKnownKey } from "../app/first-key";
import { queryClient } from "../app/query-client";
import { isLanguage, type Language } from "../i18n/languages";
import { hostOf, NO_KEY } from "../lib/api-address";
import { GUIDE_PAGES, type GuidePage, loadGuidePage } from "./files";
import { fillIn, splitTitle } from "./text";

export interface GuideText {
  page: GuidePage;
  title: string;
  body: string;
}

interface Written {
  page: GuidePage;
  text: string;
  apiUrl: string;
}

/** One page of the guide in the reader's language, with this deployment's addresses. */
export function useGuidePage(page: GuidePage): UseQueryResult<GuideText> {
  const { language, fill } = useReader();
  return useQuery({
    queryKey: ["guide", language, page],
    queryFn: () => read(language, page),
    staleTime: Number.POSITIVE_INFINITY,
    select: fill,
  });
}

/** All of it, for who searches. */
export function useWholeGuide(): UseQueryResult<GuideText[]> {
  const { language, fill } = useReader();
  return useQuery({
    queryKey: ["guide", language],
    queryFn: () => Promise.all(GUIDE_PAGES.map((page) => read(language, page))),
    staleTime: Number.POSITIVE_INFINITY,
    select: (pages) => pages.map(fill),
  });
}

async function read(language: Language, page: GuidePage): Promise<Written> {
  const about = queryClient.ensureQueryData(aboutQuery);
  const text = await loadGuidePage(language, page);
  return { page, text, apiUrl: (await about).api_url };
}

/** The key is filled in when a page is drawn: it is in no cache, and gone as soon as the tab forgets it. */
function useReader(): { language: Language; fill: (written: Written) => GuideText } {
  const { i18n } = useTranslation();
  const key = useKnownKey() ?? NO_KEY;
  return {
    language: isLanguage(i18n.language) ? i18n.language : "en",
    fill: ({ page, text, apiUrl }) => {
      const blanks = { BASE_URL: apiUrl, HOST: hostOf(apiUrl), API_KEY: key };
      return { page, ...splitTitle(fillIn(text, blanks)) };
    },
  };
}
