import type { RefObject } from "react";

import { fileName, saveFile } from "../ui/save";

import { ChartTools } from "./ChartTools";
import { type Cell, csvText } from "./csv";
import { elementPicture, type Repaint } from "./elementPicture";

/** Properties of `ElementTools`. */
export interface ElementToolsProps {
  title: string;
  /** The element that a picture shows. */
  content: RefObject<Element | null>;
  /** What the chart shows, as a table: a head and rows. */
  table: () => [head: string[], rows: Cell[][]];
  /** Paints the canvas in the element for the theme of a picture. */
  repaint?: Repaint;
}

/** What can be done with a chart that is made of elements: a picture of it, or its values. */
export function ElementTools({ title, content, table, repaint }: ElementToolsProps) {
  return (
    <ChartTools
      title={title}
      draw={(theme) => {
        if (!content.current) return Promise.reject(new Error("Nothing is drawn yet"));
        return elementPicture(content.current, title, theme, repaint);
      }}
      csv={{
        label: "Values (CSV)",
        run: () => {
          saveFile(new Blob([csvText(...table())], { type: "text/csv;charset=utf-8" }), fileName(title, "csv"));
        },
      }}
    />
  );
}
