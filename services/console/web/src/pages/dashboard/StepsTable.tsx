import { Table } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { AnchorLink } from "../../components/links";
import type { Curve } from "../../usage/curves";
import type { Steps } from "../../usage/steps";

/** A chart's numbers, for reading: a row a step, newest first, which leads to its logs. */
export function StepsTable({
  title,
  steps,
  labels,
  curves,
  format,
  total,
}: {
  title: string;
  steps: Steps;
  labels: string[];
  curves: Curve[];
  format: (value: number) => string;
  /** What stands at the end of a row; nothing where curves do not add up. */
  total?: ((step: number) => string) | undefined;
}) {
  const { t } = useTranslation("dashboard");
  const newestFirst = steps.starts.map((start, step) => ({ start, step })).reverse();
  const shown = (value: number | null | undefined) => (value == null ? "–" : format(value));
  return (
    <Table.ScrollContainer
      type="native"
      minWidth={0}
      maxHeight={HEIGHT_MAX}
      role="region"
      aria-label={title}
      tabIndex={0}
    >
      <Table aria-label={title} stickyHeader style={{ whiteSpace: "nowrap" }}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("charts.step")}</Table.Th>
            {curves.map(({ label }) => (
              <Table.Th key={label} ta="end">
                {label}
              </Table.Th>
            ))}
            {total && <Table.Th ta="end">{t("charts.total")}</Table.Th>}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {newestFirst.map(({ start, step }) => (
            <Table.Tr key={start}>
              <Table.Th scope="row">
                <AnchorLink
                  size="sm"
                  to="/logs"
                  search={{ from_ms: start, to_ms: start + steps.stepMs }}
                  aria-label={t("charts.logs", { step: labels[step] })}
                >
                  {labels[step]}
                </AnchorLink>
              </Table.Th>
              {curves.map(({ label, values }) => (
                <Table.Td key={label} ta="end">
                  {shown(values[step])}
                </Table.Td>
              ))}
              {total && <Table.Td ta="end">{total(step)}</Table.Td>}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

const HEIGHT_MAX = 320;
