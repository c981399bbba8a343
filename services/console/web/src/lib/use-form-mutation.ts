import type { UseFormReturnType } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { fieldErrors } from "../api/errors";

/** Sends a form. What the API finds wrong with a field is shown there; the rest is for FormError. */
export function useFormMutation<Values extends object, Data>(
  form: UseFormReturnType<Values>,
  send: (values: Values) => Promise<Data>,
  onDone: (data: Data) => void | Promise<void>,
): { submit: (event: FormEvent<HTMLFormElement>) => void; pending: boolean; error: Error | null } {
  const mutation = useMutation({
    mutationFn: send,
    onSuccess: onDone,
    onError: (error) => form.setErrors(fieldErrors(error)),
    // What was answered may be a secret.
    gcTime: 0,
  });
  return {
    submit: form.onSubmit((values) => mutation.mutate(values)),
    pending: mutation.isPending,
    error: mutation.error,
  };
}
