import { Autocomplete, Checkbox, Modal, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useTranslation } from "react-i18next";
import { FormButtons } from "../../components/FormButtons";
import { FormError } from "../../components/FormError";
import { useFormMutation } from "../../lib/use-form-mutation";
import { CREDENTIAL_FIELDS, Credentials } from "./Credentials";
import { given } from "./changes";
import { addChannel, type Channel, type NewChannel, useRefreshChannels } from "./data";
import { modelsOf } from "./models";
import { ROUTING_FIELDS, RoutingFields } from "./RoutingFields";

interface Added {
  opened: boolean;
  onClose: () => void;
  channels: Channel[];
}

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

export function AddChannel({ opened, onClose, channels }: Added) {
  const { t } = useTranslation("admin-channels");
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
      <AddForm onClose={onClose} channels={channels} />
    </Modal>
  );
}

function AddForm({ onClose, channels }: Omit<Added, "opened">) {
  const { t } = useTranslation("admin-channels");
  const refresh = useRefreshChannels();
  const form = useForm<Values>({
    initialValues: EMPTY,
    validate: {
      id: (id) => (id.trim() ? null : t("form.missing")),
      provider: (provider) => (provider.trim() ? null : t("form.missing")),
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
        <Autocomplete
          label={t("form.provider")}
          description={t("form.providerHelp")}
          data={[...new Set(channels.map(({ provider }) => provider))].sort()}
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

function bodyOf({ id, provider, base_url, credentials, models, ...rest }: Values): NewChannel {
  return {
    ...rest,
    id: id.trim(),
    provider: provider.trim(),
    base_url: base_url.trim(),
    credentials: given(credentials),
    models: modelsOf(models),
  };
}
