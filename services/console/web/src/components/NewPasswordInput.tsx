import { Group, type PasswordInputProps, Progress, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { PASSWORD_LENGTH_MIN, type Strength, strengthOf } from "../lib/password";
import { SecretInput } from "./SecretInput";

const SHOWN: Record<Strength, { percent: number; color: string }> = {
  short: { percent: 15, color: "red.7" },
  guessable: { percent: 35, color: "red.7" },
  fair: { percent: 65, color: "amber.5" },
  strong: { percent: 100, color: "green.7" },
};

/** For a password to be: while it is typed, a hint says how soon it would be guessed. */
export function NewPasswordInput({
  value,
  email = "",
  ...props
}: PasswordInputProps & { value: string; email?: string }) {
  return (
    <SecretInput
      autoComplete="new-password"
      inputWrapperOrder={["label", "input", "error", "description"]}
      description={<Hint password={value} email={email} />}
      descriptionProps={{ component: "div" }}
      value={value}
      {...props}
    />
  );
}

function Hint({ password, email }: { password: string; email: string }) {
  const { t } = useTranslation();
  const strength = strengthOf(password, email);
  const { percent, color } = SHOWN[strength];
  return (
    <Group gap="xs" mt={6} wrap="nowrap">
      <Progress
        value={password ? percent : 0}
        color={color}
        size="sm"
        w={64}
        flex="none"
        aria-hidden
      />
      <Text span inherit aria-live="polite">
        {t(`password.${password ? strength : "short"}`, { min: PASSWORD_LENGTH_MIN })}
      </Text>
    </Group>
  );
}
