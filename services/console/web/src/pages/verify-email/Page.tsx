import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, call } from "../../api/client";
import { DeadLink, isDeadLink } from "../../components/DeadLink";
import { FormPage } from "../../components/FormPage";
import { ButtonLink } from "../../components/links";
import { QueryBoundary } from "../../components/QueryBoundary";
import { useMailedToken } from "../../lib/use-mailed-token";
import { Verified } from "./Verified";

export default function VerifyEmailPage() {
  const { t } = useTranslation("verify-email");
  const token = useMailedToken();
  const verification = useVerification(token);
  if (verification.isSuccess) return <Verified />;
  if (!token || isDeadLink(verification.error)) {
    return (
      <DeadLink text={t("dead")}>
        <ButtonLink to="/login">{t("login")}</ButtonLink>
        <ButtonLink to="/register" variant="default">
          {t("register")}
        </ButtonLink>
      </DeadLink>
    );
  }
  return (
    <FormPage title={t("title")}>
      <QueryBoundary query={verification}>{() => null}</QueryBoundary>
    </FormPage>
  );
}

/** A query, because what works only once must be asked once, however often the page is drawn. */
function useVerification(token: string) {
  return useQuery({
    queryKey: ["email-verification", token],
    queryFn: () => call(api.POST("/api/email-verification", { body: { token } })),
    enabled: token !== "",
    staleTime: Number.POSITIVE_INFINITY,
    retryOnMount: false,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
}
