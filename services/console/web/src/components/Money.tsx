import { Text, type TextProps } from "@mantine/core";
import { formatUsd } from "../lib/money";

/** An exact amount; figures stand below each other in columns. */
export function Money({
  nano,
  decimalsMin,
  ...style
}: { nano: number; decimalsMin?: number } & TextProps) {
  return (
    <Text
      span
      inherit
      style={{ fontVariantNumeric: "tabular-nums", whiteSpace: "nowrap" }}
      {...style}
    >
      {formatUsd(nano, decimalsMin === undefined ? {} : { decimalsMin })}
    </Text>
  );
}
