import { Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useVisitor } from "../../app/session";
import { ButtonLink } from "../../components/links";

/** The ways in. */
export function Actions({ centred = false }: { centred?: boolean }) {
  const { t } = useTranslation("landing");
  const user = useVisitor();
  return (
    <Group justify={centred ? "center" : "flex-start"}>
      {user ? (
        <ButtonLink to="/dashboard" size="md">
          {t("actions.dashboard")}
        </ButtonLink>
      ) : (
        <>
          <ButtonLink to="/register" size="md">
            {t("actions.register")}
          </ButtonLink>
          <ButtonLink to="/login" size="md" variant="default">
            {t("actions.login")}
          </ButtonLink>
        </>
      )}
    </Group>
  );
}
