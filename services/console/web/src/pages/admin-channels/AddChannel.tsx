import { Checkbox, Modal, Select, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useTranslation } from "react-i18next";
import { FormButtons } from "../../components/FormButtons";
import { FormError } from "../../components/FormError";
import { QueryBoundary } from "../../components/QueryBoundary";
import { useFormMutation } from "../../lib/use-form-mutation";
import { CREDENTIAL_FIELDS, Credentials } from "./Credentials";
import { given } from "./changes";
import { addChannel, type NewChannel, useProviders, useRefreshChannels } from "./data";
import { modelsOf } from "./models";
import { ROUTING_FIELDS, RoutingFields } from "./RoutingFields";
import { useChannelRules } from "./use-channel-rules";

const EMPTY = {
  id: "",
  provider: "",
  base_url: "",
  credentials: [""],
  priority: 0,
  weight: 1,
  models: [] as string[],
  disabled: true,
};

type Values = typeof EMPTY;

export function AddChannel({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation("admin-channels");
  const providers = useProviders();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("add.title")}
      size="lg"
      closeOnClickOutside={false}
      // Nothing of a credential stays while the dialog fades.
      transitionProps={{ exitDuration: 0 }}
    >
      <QueryBoundary query={providers}>
        {(names) => <AddForm onClose={onClose} providers={names} />}
      </QueryBoundary>
    </Modal>
  );
}

function AddForm({ onClose, providers }: { onClose: () => void; providers: string[] }) {
  const { t } = useTranslation("admin-channels");
  const refresh = useRefreshChannels();
  const rules = useChannelRules();
  const form = useForm<Values>({
    initialValues: EMPTY,
    validate: {
      id: rules.id,
      base_url: rules.baseUrl,
      provider: (provider) => (provider ? null : t("form.missing")),
      credentials: (all) => (given(all).length ? null : t("form.noCredential")),
    },
  });
  const { submit, pending, error } = useFormMutation(
    form,
    (values) => addChannel(bodyOf(values)),
    async ({ id }) => {
      notifications.show({ message: t("add.done", { id }) });
      onClose();
      await refresh();
    },
  );
  return (
    <form onSubmit={submit} noValidate autoComplete="off">
      <Stack>
        <TextInput
          label={t("form.id")}
          description={t("form.idHelp")}
          maxLength={63}
          required
          data-autofocus
          {...form.getInputProps("id")}
        />
        <Select
          label={t("form.provider")}
          description={t("form.providerHelp")}
          data={providers}
          searchable
          allowDeselect={false}
          required
          {...form.getInputProps("provider")}
        />
        <Credentials form={form} label={t("form.credentials")} />
        <RoutingFields form={form} />
        <Checkbox
          label={t("form.disabled")}
          {...form.getInputProps("disabled", { type: "checkbox" })}
        />
        <FormError
          error={error}
          fields={["id", "provider", ...CREDENTIAL_FIELDS, ...ROUTING_FIELDS]}
        />
        <FormButtons action={t("add.action")} pending={pending} onCancel={onClose} />
      </Stack>
    </form>
  );
}

function bodyOf({ id, base_url, credentials, models, ...rest }: Values): NewChannel {
  return {
    ...rest,
    id: id.trim(),
    base_url: base_url.trim(),
    credentials: given(credentials),
    models: modelsOf(models),
  };
}
