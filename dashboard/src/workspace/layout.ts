/** Where panels go: rows of a grid whose columns fit the width, and where each is in pixels. */

import type { Section } from "./sections";
import type { PanelConfig } from "./view";

/** The space between panels, in pixels. */
export const gap = 12;
/** One step of a panel's height, in pixels. */
export const heightStep = 20;

const narrowestColumn = 320;
const mostColumns = 6;
const headerHeight = 40;
const leastHeight = 6;

/** One panel in a row. */
export interface Cell {
  panel: PanelConfig;
  left: number;
  width: number;
  height: number;
}

/** A line of the page: the head of a section, or a row of its panels. `size` is its height with the space under it. */
export type Line = { kind: "head"; section: Section; size: number } | { kind: "row"; section: Section; cells: Cell[]; size: number };

/** How many columns fit into a width. */
export function columnsFor(width: number): number {
  return Math.max(1, Math.min(mostColumns, Math.floor((width + gap) / (narrowestColumn + gap))));
}

/** The width of a panel of so many columns. */
export function panelWidth(columns: number, width: number, grid: number): number {
  const column = (width - gap * (grid - 1)) / grid;
  return Math.floor(column * columns + gap * (columns - 1));
}

/** The lines of all sections in a page of that width. Panels fill rows in order; a row is as high as its highest panel. */
export function layout(sections: readonly Section[], width: number): Line[] {
  const grid = columnsFor(width);
  return sections.flatMap((section): Line[] => [
    { kind: "head", section, size: headerHeight },
    ...(section.collapsed ? [] : rows(section, width, grid)),
  ]);
}

function rows(section: Section, width: number, grid: number): Line[] {
  const lines: Line[] = [];
  let cells: Cell[] = [];
  let used = 0;
  const finish = () => {
    if (cells.length === 0) return;
    const height = Math.max(...cells.map((cell) => cell.height));
    lines.push({ kind: "row", section, cells, size: height + gap });
    cells = [];
    used = 0;
  };
  for (const panel of section.panels) {
    const columns = Math.max(1, Math.min(grid, Math.round(panel.width)));
    if (used + columns > grid) finish();
    cells.push({
      panel,
      left: used === 0 ? 0 : panelWidth(used, width, grid) + gap,
      width: panelWidth(columns, width, grid),
      height: Math.max(leastHeight, Math.round(panel.height)) * heightStep,
    });
    used += columns;
  }
  finish();
  return lines;
}
