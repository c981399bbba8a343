import { Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useVisitor } from "../../app/session";
import { FormPage } from "../../components/FormPage";
import { ButtonLink } from "../../components/links";
import { useFocusOnHeading } from "../../lib/use-focus-on-heading";

export function Verified() {
  const { t } = useTranslation("verify-email");
  const user = useVisitor();
  const queryClient = useQueryClient();
  useFocusOnHeading();
  // Of who is logged in and changed the address, another one was known.
  useEffect(() => void queryClient.invalidateQueries({ queryKey: ["session"] }), [queryClient]);
  return (
    <FormPage title={t("verified")}>
      <Text mb="lg">{user ? t("verifiedUser") : t("verifiedStranger")}</Text>
      {user ? (
        <ButtonLink to="/settings">{t("settings")}</ButtonLink>
      ) : (
        <ButtonLink to="/login">{t("login")}</ButtonLink>
      )}
    </FormPage>
  );
}
