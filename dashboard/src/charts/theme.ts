/** The colours and fonts of a chart's canvas, read from the variables of src/ui/theme.css: a canvas knows no CSS. */

/** What a canvas needs of the theme. */
export interface ChartTheme {
  dark: boolean;
  background: string;
  text: string;
  textSoft: string;
  textFaint: string;
  line: string;
  lineStrong: string;
  accent: string;
  font: string;
}

let cached: { key: string; theme: ChartTheme } | null = null;

/** The theme of the page as it is now. */
export function chartTheme(): ChartTheme {
  const root = document.documentElement;
  const key = root.dataset["theme"] ?? "light";
  if (cached?.key === key) return cached.theme;
  const theme = read(root, key === "dark");
  cached = { key, theme };
  return theme;
}

/** The theme of that name, whatever the page shows; for pictures. */
export function namedTheme(name: "light" | "dark"): ChartTheme {
  const root = document.documentElement;
  const before = root.dataset["theme"];
  if (before === name) return chartTheme();
  // Set and set back before anything is painted: the only way to have the style sheet answer for another theme.
  root.dataset["theme"] = name;
  const theme = read(root, name === "dark");
  if (before === undefined) delete root.dataset["theme"];
  else root.dataset["theme"] = before;
  return theme;
}

/** Call `listener` when the theme of the page changes, until the returned function is called. */
export function onTheme(listener: () => void): () => void {
  const observer = new MutationObserver(() => {
    cached = null;
    listener();
  });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "class"] });
  return () => {
    observer.disconnect();
  };
}

function read(root: HTMLElement, dark: boolean): ChartTheme {
  const style = getComputedStyle(root);
  const get = (name: string, otherwise: string) => style.getPropertyValue(name).trim() || otherwise;
  return {
    dark,
    background: get("--bg-raised", "#fff"),
    text: get("--text", "#1a1d23"),
    textSoft: get("--text-soft", "#525a66"),
    textFaint: get("--text-faint", "#6a727e"),
    line: get("--line", "#e7e9ed"),
    lineStrong: get("--line-strong", "#cfd4db"),
    accent: get("--accent", "#3b5bdb"),
    font: get("--font", "system-ui, sans-serif"),
  };
}
