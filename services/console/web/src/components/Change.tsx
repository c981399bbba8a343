import { formatUsd } from "../lib/money";

/** What a wallet gained or lost, with its sign. */
export function Change({ nano }: { nano: number }) {
  const sign = nano > 0 ? "+" : "";
  return (
    <span style={{ fontVariantNumeric: "tabular-nums", whiteSpace: "nowrap" }}>
      {`${sign}${formatUsd(nano)}`}
    </span>
  );
}
