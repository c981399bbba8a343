import type { Schema } from "../api/client";

/** The guide's examples call it. */
const EXAMPLE = "deepseek-v4-flash";

/** For a first call: a model that costs little, if it is served; else the first chat model that is. */
export function exampleModel(models: readonly Schema<"Model">[]): Schema<"Model"> | undefined {
  const served = models.filter((model) => model.served && model.operations.includes("chat"));
  return served.find(({ name }) => name === EXAMPLE) ?? served[0];
}
