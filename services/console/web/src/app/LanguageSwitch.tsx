import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { LANGUAGES } from "../i18n/languages";
import { chooseLanguage } from "./language";

/** Offers the other language by its own name. */
export function LanguageSwitch() {
  const { i18n } = useTranslation();
  const choosing = useMutation({ mutationFn: chooseLanguage });
  const other = i18n.language === "zh" ? "en" : "zh";
  return (
    <Button
      variant="subtle"
      color="gray"
      c="inherit"
      px="xs"
      lang={other === "zh" ? "zh-CN" : other}
      onClick={() => choosing.mutate(other)}
    >
      {LANGUAGES[other]}
    </Button>
  );
}
