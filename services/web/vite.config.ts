import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const api = process.env.FOLLOWUP_API ?? "http://127.0.0.1:8000";

/** What only the pages of rules and forms use: put together with what all pages share, it would be loaded with the first one. */
const LATER = /src\/(features|i18n\/en|i18n)\/(calendars|policies)|src\/features\/followups\/(Fact|Worth)Fields|react-number-format|@mantine\/core\/.*\/(TagsInput|MultiSelect|NumberInput|Pill)/;

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    // The API serves what lies here, and its wheel carries it.
    outDir: process.env.FOLLOWUP_STATIC ?? "../api/src/followup_api/static",
    emptyOutDir: true,
    manifest: true,
    assetsInlineLimit: 0, // data: URLs would need a hole in the Content-Security-Policy
    chunkSizeWarningLimit: 1000, // scripts/postbuild.mjs checks what counts: the first load
    rolldownOptions: {
      output: {
        // Few files, since each is compressed by itself: what every page needs in one, what pages share in some.
        codeSplitting: {
          groups: [
            { name: "shell", tags: ["$initial"], priority: 2 },
            { name: "shared", test: (module) => !LATER.test(module), minShareCount: 2, entriesAware: true, entriesAwareMergeThreshold: 700, priority: 1 },
          ],
        },
      },
    },
  },
  server: {
    proxy: {
      // The origin check of the API compares Origin with Host: pass both on as they came.
      "/api": { target: api, changeOrigin: false },
    },
  },
  test: {
    environment: "jsdom",
    // One document for all files of a worker, cleaned up after each test: to make one takes longer than the tests.
    isolate: false,
    setupFiles: ["src/testing/setup.ts"],
    testTimeout: 30_000, // on a busy machine too
    restoreMocks: true,
    unstubGlobals: true,
  },
});
