import { Button, Fieldset, Group, Stack, Text } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { IconPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { SecretInput } from "../../components/SecretInput";

/** What the API calls a credential when it refuses one. */
export const CREDENTIAL_FIELDS = ["credentials", "add_credentials", "api_key", "api_keys", "keys"];

/** A field a credential, as many as are wanted. They are sent once and never come back. */
export function Credentials<Values extends { credentials: string[] }>({
  form,
  label,
}: {
  form: UseFormReturnType<Values>;
  label: string;
}) {
  const { t } = useTranslation("admin-channels");
  const { credentials } = form.values;
  const error = CREDENTIAL_FIELDS.map((field) => form.errors[field]).find(Boolean);
  function use(next: string[]): void {
    for (const field of CREDENTIAL_FIELDS) form.clearFieldError(field);
    form.getInputProps("credentials").onChange(next);
  }
  return (
    <Fieldset legend={label}>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          {t("form.credentialsHelp")}
        </Text>
        {credentials.map((credential, place) => (
          <SecretInput
            key={place}
            label={t("form.credential", { number: place + 1 })}
            autoComplete="new-password"
            value={credential}
            error={place === 0 ? error : undefined}
            onChange={(event) => use(credentials.with(place, event.currentTarget.value))}
          />
        ))}
        {credentials.length === 0 && error ? (
          <Text size="sm" c="error">
            {error}
          </Text>
        ) : null}
        <Group>
          <Button
            variant="default"
            size="xs"
            leftSection={<IconPlus size={14} />}
            onClick={() => use([...credentials, ""])}
          >
            {t("form.addCredential")}
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}
