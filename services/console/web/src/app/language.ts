import { api, call } from "../api/client";
import { i18n } from "../i18n";
import { type Language, rememberLanguage } from "../i18n/languages";
import { ensureVisitor, keepUser } from "./session";

/** Speaks the language from now on: in this browser, and wherever its user logs in. */
export async function chooseLanguage(language: Language): Promise<void> {
  rememberLanguage(language);
  await i18n.changeLanguage(language);
  if (await ensureVisitor()) {
    await keepUser(await call(api.PATCH("/api/profile", { body: { locale: language } })));
  }
}
