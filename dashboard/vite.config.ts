import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const server = process.env["TRAILMARK_URL"] ?? "http://127.0.0.1:7007";

export default defineConfig({
  plugins: [react()],
  base: "/",
  build: {
    outDir: "../server/trailmark/server/static",
    emptyOutDir: true,
    target: "es2022",
    // Plotly alone is over 1 MB; it and Vega are only loaded by the panels that need them.
    chunkSizeWarningLimit: 5000,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "react", test: /node_modules\/(react|react-dom|scheduler|wouter|regexparam|use-sync-external-store)\// },
            { name: "query", test: /node_modules\/@tanstack\/(react-query|query-core)\// },
            { name: "uplot", test: /node_modules\/uplot\// },
          ],
        },
      },
    },
  },
  server: {
    proxy: {
      // The Origin is dropped, as the server refuses changes that come with a foreign one.
      "/api": { target: server, changeOrigin: true, headers: { origin: server } },
    },
  },
  test: {
    restoreMocks: true,
    css: false,
    projects: [
      // What needs no page runs without one, in one process: a simulated page costs seconds a file.
      { extends: true, test: { name: "logic", environment: "node", isolate: false, include: ["src/**/*.test.ts"] } },
      { extends: true, test: { name: "page", environment: "jsdom", setupFiles: "src/testing/browser.ts", testTimeout: 60_000, include: ["src/**/*.test.tsx"] } },
    ],
  },
});
