import { defineConfig } from "vite";
import { compressed } from "./frontend/build/compressed.js";
import { iconSprite } from "./frontend/build/icon-sprite.js";

export default defineConfig({
  publicDir: false,
  plugins: [iconSprite(), compressed()],
  build: {
    outDir: "src/tongban/sites/shared/static/dist",
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2020",
    modulePreload: false,
    assetsInlineLimit: 0,
    rollupOptions: {
      input: {
        site: "frontend/scripts/site.js",
        form: "frontend/scripts/form.js",
        search: "frontend/scripts/search.js",
        passkey: "frontend/scripts/passkey.js",
        htmx: "frontend/scripts/htmx.js",
        present: "frontend/scripts/present.js",
        show: "frontend/scripts/show.js",
        verify: "frontend/scripts/verify.js",
        console: "frontend/scripts/console.js",
        theme: "frontend/styles/site.scss",
        desk: "frontend/styles/console.scss",
      },
      // Twelve hexadecimal characters are what WhiteNoise takes for a name that never changes its content.
      output: {
        hashCharacters: "hex",
        entryFileNames: "[name].[hash:12].js",
        chunkFileNames: "[name].[hash:12].js",
        assetFileNames: "[name].[hash:12][extname]",
      },
    },
  },
});
