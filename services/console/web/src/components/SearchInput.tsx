import { TextInput, type TextInputProps } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useEffect, useRef, useState } from "react";

const PAUSE_MS = 200;

/** Writes into an address's filter when typing pauses, and shows what else changes it, as going back does. */
export function SearchInput({
  value = "",
  onSearch,
  ...props
}: Omit<TextInputProps, "value" | "onChange"> & {
  value: string | undefined;
  onSearch: (text: string | undefined) => void;
}) {
  const [written, setWritten] = useState(value);
  const told = useRef(value);
  const tell = useDebouncedCallback((text: string) => {
    told.current = text.trim();
    onSearch(told.current || undefined);
  }, PAUSE_MS);
  useEffect(() => {
    // What was told comes back when more may have been typed already.
    if (value === told.current) return;
    told.current = value;
    tell.cancel();
    setWritten(value);
  }, [value, tell]);
  return (
    <TextInput
      type="search"
      autoComplete="off"
      value={written}
      onChange={(event) => {
        setWritten(event.currentTarget.value);
        tell(event.currentTarget.value);
      }}
      {...props}
    />
  );
}
