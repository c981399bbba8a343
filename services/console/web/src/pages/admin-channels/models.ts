/** The models of a channel as a field holds them: "gpt-4o", or "gpt-4o=own-name" where it is called otherwise there. */

import type { Schema } from "../../api/client";

type ServedModel = Schema<"ServedModel">;

export function tagsOf(models: ServedModel[]): string[] {
  return models.map(({ name, upstream }) => (upstream ? `${name}=${upstream}` : name));
}

export function modelsOf(tags: string[]): ServedModel[] {
  return tags.map((tag) => {
    const [name = "", ...own] = tag.split("=");
    return { name: name.trim(), upstream: own.join("=").trim() };
  });
}
