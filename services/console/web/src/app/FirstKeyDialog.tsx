import { Modal, Skeleton } from "@mantine/core";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { focusOnHeading } from "../lib/use-focus-on-heading";
import { firstKeyIsSaved, useFirstKey } from "./first-key";

const NewSecret = lazy(() =>
  import("../pages/keys/NewSecret").then((module) => ({ default: module.NewSecret })),
);

/** Shows the key that came with the first log-in, on whatever page is there. Only a decision closes it. */
export function FirstKeyDialog() {
  const { t } = useTranslation();
  const secret = useFirstKey();
  return (
    <Modal
      opened={secret !== null}
      onClose={firstKeyIsSaved}
      title={t("firstKey")}
      size="lg"
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
      // Nothing of the secret stays while the dialog fades.
      transitionProps={{ exitDuration: 0 }}
      // What had the focus was the log-in page's.
      onExitTransitionEnd={focusOnHeading}
    >
      <Suspense fallback={<Skeleton h={320} />}>
        {secret !== null && <NewSecret secret={secret} onSaved={firstKeyIsSaved} />}
      </Suspense>
    </Modal>
  );
}
