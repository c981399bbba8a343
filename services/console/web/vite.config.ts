import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { blockingScript } from "./scripts/blocking-script.ts";

/** Pages are chunks named by their folder: src/pages/wallet/Page.tsx becomes assets/wallet-HASH.js. */
function chunkName(chunk: { facadeModuleId?: string | null }): string {
  const named = /\/(?:pages\/([^/]+)\/Page\.tsx|locales\/(\w+\/[\w-]+)\.json)$/.exec(
    chunk.facadeModuleId ?? "",
  );
  const name = (named?.[1] ?? named?.[2] ?? "[name]").replace("/", "-");
  return `assets/${name}-[hash].js`;
}

export default defineConfig({
  plugins: [react(), blockingScript("src/color-scheme.js")],
  server: {
    port: 5173,
    proxy: { "/api": "http://127.0.0.1:8090" },
    // The guide is bundled into the docs' pages.
    fs: { allow: [".", "../../../docs/guide"] },
  },
  build: {
    outDir: "../tollgate_console/static",
    emptyOutDir: true,
    // A data: address would need a wider Content-Security-Policy.
    assetsInlineLimit: 0,
    rolldownOptions: { output: { chunkFileNames: chunkName } },
  },
  test: { environment: "happy-dom", include: ["src/**/*.test.{ts,tsx}"] },
});
