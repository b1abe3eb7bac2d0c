import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const LIST = new URL("../icons/icons.json", import.meta.url);
const require = createRequire(import.meta.url);

/** Build one SVG sprite from the Lucide icons named in frontend/icons/icons.json. */
export function iconSprite() {
  return {
    name: "icon-sprite",
    apply: "build",
    buildStart() {
      const folder = join(dirname(require.resolve("lucide-static/package.json")), "icons");
      const symbols = JSON.parse(readFileSync(LIST, "utf8")).map((name) => symbol(folder, name));
      const source = `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
      this.emitFile({ type: "asset", name: "icons.svg", originalFileName: "frontend/icons/icons.json", source });
    },
  };
}

function symbol(folder, name) {
  const drawing = readFileSync(join(folder, `${name}.svg`), "utf8");
  const inner = drawing.replace(/<!--[\s\S]*?-->/g, "").match(/<svg[^>]*>([\s\S]*)<\/svg>/)[1];
  const strokes = 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"';
  return `<symbol id="${name}" viewBox="0 0 24 24" ${strokes}>${inner.replace(/\s*\n\s*/g, "")}</symbol>`;
}
