import { Modal, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useTranslation } from "react-i18next";
import { FormButtons } from "../../components/FormButtons";
import { FormError } from "../../components/FormError";
import { useFormMutation } from "../../lib/use-form-mutation";
import { ChannelKeys } from "./ChannelKeys";
import { CREDENTIAL_FIELDS, Credentials } from "./Credentials";
import { type ChannelValues, changesOf, valuesOf } from "./changes";
import { type Channel, changeChannel, useRefreshChannels } from "./data";
import { ROUTING_FIELDS, RoutingFields } from "./RoutingFields";
import { useChannelRules } from "./use-channel-rules";

export function EditChannel({ edited, onClose }: { edited: Channel | null; onClose: () => void }) {
  const { t } = useTranslation("admin-channels");
  return (
    <Modal
      opened={edited !== null}
      onClose={onClose}
      title={t("edit.title", { id: edited?.id ?? "" })}
      size="lg"
      closeOnClickOutside={false}
      transitionProps={{ exitDuration: 0 }}
    >
      {edited && <EditForm channel={edited} onClose={onClose} />}
    </Modal>
  );
}

function EditForm({ channel, onClose }: { channel: Channel; onClose: () => void }) {
  const { t } = useTranslation("admin-channels");
  const refresh = useRefreshChannels();
  const rules = useChannelRules();
  const before = valuesOf(channel);
  const form = useForm<ChannelValues>({
    initialValues: before,
    validate: { base_url: rules.baseUrl },
  });
  const { submit, pending, error } = useFormMutation(
    form,
    (values) => changeChannel(channel.id, changesOf(before, values)),
    async () => {
      notifications.show({ message: t("edit.done") });
      onClose();
      await refresh();
    },
  );
  return (
    <form onSubmit={submit} noValidate autoComplete="off">
      <Stack>
        <RoutingFields form={form} />
        <ChannelKeys keys={channel.keys} form={form} />
        <Credentials form={form} label={t("edit.addKeys")} />
        <FormError error={error} fields={[...CREDENTIAL_FIELDS, ...ROUTING_FIELDS]} />
        <FormButtons action={t("edit.action")} pending={pending} onCancel={onClose} />
      </Stack>
    </form>
  );
}
