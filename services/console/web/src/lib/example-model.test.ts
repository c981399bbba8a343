import { expect, test } from "vitest";
import type { Schema } from "../api/client";
import { exampleModel } from "./example-model";

function model(name: string, more: Partial<Schema<"Model">> = {}): Schema<"Model"> {
  return { name, served: true, operations: ["chat"], ...more } as Schema<"Model">;
}

test("a first call goes to the guide's model where it is served", () => {
  const guides = model("deepseek-v4-flash");
  expect(exampleModel([model("dear"), guides])).toBe(guides);
});

test("elsewhere it goes to the first chat model that is served", () => {
  const away = model("deepseek-v4-flash", { served: false });
  const draws = model("draws", { operations: ["images"] });
  expect(exampleModel([away, draws, model("chats")])?.name).toBe("chats");
  expect(exampleModel([away])).toBeUndefined();
});
