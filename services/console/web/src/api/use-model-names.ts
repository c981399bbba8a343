import { useQuery } from "@tanstack/react-query";
import type { Schema } from "./client";
import { modelsQuery } from "./queries";

const NONE: string[] = [];

/** Names of all models of the catalogue, to choose from. */
export function useModelNames(): string[] {
  return useQuery({ ...modelsQuery, select: namesOf }).data ?? NONE;
}

function namesOf({ models }: Schema<"Models">): string[] {
  return models.map((model) => model.name).sort();
}
