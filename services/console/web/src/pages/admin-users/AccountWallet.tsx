import { Button, Group, SimpleGrid, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Money } from "../../components/Money";
import { CreditModal } from "./CreditModal";
import type { UserDetails } from "./data";

const PARTS = ["available_nano", "leased_nano", "credited_nano", "used_nano"] as const;

export function AccountWallet({ of, mayCredit }: { of: UserDetails; mayCredit: boolean }) {
  const { t } = useTranslation("admin-users");
  const [crediting, setCrediting] = useState(false);
  return (
    <>
      <Text size="sm" c="dimmed">
        {t("wallet.balance")}
      </Text>
      <Money nano={of.wallet.posted_nano} size="xl" fw={650} />
      <SimpleGrid cols={2} my="md">
        {PARTS.map((part) => (
          <div key={part}>
            <Text size="xs" c="dimmed">
              {t(`wallet.${part}`)}
            </Text>
            <Money nano={of.wallet[part]} />
          </div>
        ))}
      </SimpleGrid>
      {mayCredit && (
        <Group>
          <Button leftSection={<IconPlus size={16} />} onClick={() => setCrediting(true)}>
            {t("credit.open")}
          </Button>
        </Group>
      )}
      <CreditModal of={of} opened={crediting} onClose={() => setCrediting(false)} />
    </>
  );
}
