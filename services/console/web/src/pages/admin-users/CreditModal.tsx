import { Modal } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { formatUsd } from "../../lib/money";
import { CreditForm, type CreditValues, EMPTY } from "./CreditForm";
import { CreditReview } from "./CreditReview";
import { type UserDetails, useCredit } from "./data";

/** A form, then the same once more to be confirmed: money is not taken back. */
export function CreditModal({
  of,
  opened,
  onClose,
}: {
  of: UserDetails;
  opened: boolean;
  onClose: () => void;
}) {
  const { t } = useTranslation("admin-users");
  return (
    <Modal opened={opened} onClose={onClose} title={t("credit.title")} centered>
      <Steps of={of} onClose={onClose} />
    </Modal>
  );
}

/** Is drawn anew each time the dialog opens, with an id of its own: whoever sends it again credits once. */
function Steps({ of: details, onClose }: { of: UserDetails; onClose: () => void }) {
  const { t } = useTranslation("admin-users");
  const [requestId] = useState(() => crypto.randomUUID());
  const [values, setValues] = useState<CreditValues>(EMPTY);
  const [reviewing, setReviewing] = useState(false);
  const amountNano = values.amountNano;
  const crediting = useCredit(details.user.account_id, () => {
    notifications.show({ message: t("credit.done", { amount: formatUsd(amountNano) }) });
    onClose();
  });
  if (!reviewing) {
    return (
      <CreditForm
        initial={values}
        onCancel={onClose}
        onNext={(next) => {
          setValues(next);
          setReviewing(true);
        }}
      />
    );
  }
  return (
    <CreditReview
      of={details}
      values={values}
      pending={crediting.isPending}
      error={crediting.error}
      onBack={() => {
        crediting.reset();
        setReviewing(false);
      }}
      onConfirm={() =>
        crediting.mutate({
          amount_nano: amountNano,
          memo: values.memo,
          promo: values.promo,
          request_id: requestId,
        })
      }
    />
  );
}
