import { Button, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** The end of a form in a dialog. */
export function FormButtons({
  action,
  pending,
  danger = false,
  disabled = false,
  onCancel,
}: {
  /** What the form does, as a verb: "Create". */
  action: string;
  pending: boolean;
  danger?: boolean;
  disabled?: boolean;
  onCancel: () => void;
}) {
  const { t } = useTranslation();
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={onCancel}>
        {t("confirm.cancel")}
      </Button>
      <Button
        type="submit"
        color={danger ? "red.9" : undefined}
        disabled={disabled}
        loading={pending}
      >
        {action}
      </Button>
    </Group>
  );
}
