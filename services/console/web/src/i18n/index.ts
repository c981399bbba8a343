/** i18next: one namespace a page, loaded with the page's chunk, in the chosen language alone. */

import i18next, { type BackendModule, type Resource } from "i18next";
import { initReactI18next } from "react-i18next";
import { browserLanguage, isLanguage, LANGUAGES, type Language } from "./languages";

const FILES = import.meta.glob<Resource>("../locales/*/*.json", { import: "default" });

const chunks: BackendModule = {
  type: "backend",
  init() {},
  async read(language, namespace) {
    const load = FILES[`../locales/${language}/${namespace}.json`];
    if (!load) throw new Error(`there is no ${language}/${namespace}.json`);
    return load();
  },
};

i18next.on("languageChanged", (language) => {
  document.documentElement.lang = language === "zh" ? "zh-CN" : language;
});

/** Done when the words of the frame are there. */
export async function startI18n(): Promise<void> {
  await i18next
    .use(chunks)
    .use(initReactI18next)
    .init({
      lng: browserLanguage(),
      supportedLngs: Object.keys(LANGUAGES),
      fallbackLng: false,
      ns: ["common"],
      defaultNS: "common",
      // React escapes.
      interpolation: { escapeValue: false },
    });
}

export function currentLanguage(): Language {
  return isLanguage(i18next.language) ? i18next.language : "en";
}

export { i18next as i18n };
