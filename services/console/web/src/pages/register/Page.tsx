import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, call } from "../../api/client";
import { CheckMail } from "../../components/CheckMail";
import { FormPage } from "../../components/FormPage";
import { AnchorLink } from "../../components/links";
import { currentLanguage } from "../../i18n";
import { RegisterForm, type Wanted } from "./RegisterForm";

async function register({ email, password }: Wanted): Promise<Wanted> {
  const wanted = { email: email.trim(), password };
  await call(api.POST("/api/registration", { body: { ...wanted, locale: currentLanguage() } }));
  return wanted;
}

export default function RegisterPage() {
  const { t } = useTranslation("register");
  const [mailed, setMailed] = useState<Wanted | null>(null);
  if (mailed) {
    return <CheckMail text={t("mailed", { email: mailed.email })} again={() => register(mailed)} />;
  }
  return (
    <FormPage
      title={t("title")}
      description={t("description")}
      below={
        <>
          {t("known")} <AnchorLink to="/login">{t("login")}</AnchorLink>
        </>
      }
    >
      <RegisterForm register={register} onDone={setMailed} />
    </FormPage>
  );
}
