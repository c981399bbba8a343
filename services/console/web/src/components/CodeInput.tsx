import { TextInput, type TextInputProps } from "@mantine/core";

/** For a code of the second factor, or a backup code: these have letters, so no keyboard of digits alone. */
export function CodeInput(props: TextInputProps) {
  return (
    <TextInput autoComplete="one-time-code" autoCapitalize="off" spellCheck={false} {...props} />
  );
}
