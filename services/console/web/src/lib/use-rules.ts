import { useTranslation } from "react-i18next";
import { looksLikeEmail } from "./email";
import { lengthFault, PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from "./password";

type Rule = (written: string) => string | null;

/** What forms want of fields that several have, in the reader's language: null when it is fulfilled. */
export function useRules(): Record<"email" | "password" | "newPassword" | "code", Rule> {
  const { t } = useTranslation();
  return {
    email: (written) => (looksLikeEmail(written) ? null : t("mail.address")),
    password: (written) => (written ? null : t("password.missing")),
    newPassword: (written) => {
      const fault = lengthFault(written);
      const lengths = { min: PASSWORD_LENGTH_MIN, max: PASSWORD_LENGTH_MAX };
      return fault && t(`password.${fault}`, lengths);
    },
    code: (written) => (written.trim() ? null : t("password.code")),
  };
}
