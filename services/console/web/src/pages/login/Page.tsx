import { Alert } from "@mantine/core";
import { useLocation, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useVisitor } from "../../app/session";
import { FormPage } from "../../components/FormPage";
import { AnchorLink } from "../../components/links";
import { LoginForm } from "./LoginForm";

declare module "@tanstack/react-router" {
  interface HistoryState {
    /** Whoever comes to the log-in has just set a new password. */
    passwordIsSet?: boolean;
  }
}

export default function LoginPage() {
  const { t } = useTranslation("login");
  useWayOn();
  return (
    <FormPage
      title={t("title")}
      below={
        <>
          {t("stranger")} <AnchorLink to="/register">{t("register")}</AnchorLink>
        </>
      }
    >
      <Notice />
      <LoginForm />
    </FormPage>
  );
}

/** Whoever is logged in, now or since before, goes where the address says. */
function useWayOn(): void {
  const { next = "/dashboard" } = useSearch({ from: "/open/login" });
  const user = useVisitor();
  const navigate = useNavigate();
  useEffect(() => {
    if (user) void navigate({ href: next, replace: true });
  }, [user, next, navigate]);
}

/** Why somebody finds themselves here. */
function Notice() {
  const { t } = useTranslation(["login", "common"]);
  const { next } = useSearch({ from: "/open/login" });
  const passwordIsSet = useLocation({ select: ({ state }) => state.passwordIsSet });
  if (passwordIsSet) {
    return (
      <Alert color="green" role="status" mb="md">
        {t("passwordIsSet")}
      </Alert>
    );
  }
  return next ? (
    <Alert color="amber" role="status" mb="md">
      {t("common:session.over")}
    </Alert>
  ) : null;
}
