import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import type { Plugin } from "vite";

/** A script that runs before the first paint: no inline script is allowed, and a module comes too late. */
export function blockingScript(path: string): Plugin {
  const name = basename(path);
  let serving = false;
  return {
    name: "tollgate:blocking-script",
    configResolved(config) {
      serving = config.command === "serve";
    },
    buildStart() {
      if (serving) return;
      const source = readFileSync(resolve(import.meta.dirname, "..", path));
      this.emitFile({ type: "asset", name, source });
    },
    transformIndexHtml: {
      order: "post",
      handler(_html, context) {
        const written = Object.values(context.bundle ?? {}).find(
          (file) => file.type === "asset" && file.names.includes(name),
        );
        const src = `/${written?.fileName ?? path}`;
        return [{ tag: "script", attrs: { src }, injectTo: "head-prepend" }];
      },
    },
  };
}
