import { useNavigate, useSearch } from "@tanstack/react-router";
import { IN_PLACE } from "../../lib/search";

export const COMPARED_MAX = 3;

/** Names of the models that stand side by side, as the address holds them. */
export function useCompared(): {
  compared: string[];
  toggle: (name: string) => void;
  clear: () => void;
} {
  const search = useSearch({ from: "/either/models" });
  const navigate = useNavigate({ from: "/models" });
  const compared = search.compare?.split(",").slice(0, COMPARED_MAX) ?? [];
  function keep(names: string[]): void {
    void navigate({
      search: { ...search, compare: names.join(",") || undefined },
      ...IN_PLACE,
    });
  }
  return {
    compared,
    toggle: (name) =>
      keep(compared.includes(name) ? compared.filter((one) => one !== name) : [...compared, name]),
    clear: () => keep([]),
  };
}
