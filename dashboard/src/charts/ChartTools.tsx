import { Download, RotateCcw } from "lucide-react";

import { Button } from "../ui/Button";
import { Menu } from "../ui/Menu";
import { fileName, saveFile } from "../ui/save";
import { toast, toastError } from "../ui/Toasts";

import styles from "./ChartTools.module.css";
import type { PictureTheme } from "./picture";

/** Properties of `ChartTools`. */
export interface ChartToolsProps {
  title: string;
  /** Draws the chart as a PNG. */
  draw: (theme: PictureTheme) => Promise<Blob>;
  /** What a CSV of the chart has, and how to get it. */
  csv: { label: string; run: () => void };
  /** Where only a part of the chart is shown: shows all of it again. */
  onReset?: (() => void) | undefined;
}

/** What can be done with a chart: show all of it again, take a picture of it, or take its values. */
export function ChartTools({ title, draw, csv, onReset }: ChartToolsProps) {
  const download = async (theme: PictureTheme) => {
    try {
      saveFile(await draw(theme), fileName(title, "png"));
    } catch (error) {
      toastError(error);
    }
  };
  const copy = async () => {
    try {
      const theme = document.documentElement.dataset["theme"] === "dark" ? "dark" : "light";
      // Safari wants the promise inside the item, or it forgets that a person pressed something.
      await navigator.clipboard.write([new ClipboardItem({ "image/png": draw(theme) })]);
      toast("The picture is in the clipboard");
    } catch (error) {
      toastError(error);
    }
  };
  return (
    <div className={styles["tools"]}>
      <div className={styles["rest"]}>
        <Menu
          label="Export this chart"
          icon={<Download />}
          align="end"
          button={{ small: true }}
          items={[
            { label: "Picture, light (PNG)", run: () => void download("light") },
            { label: "Picture, dark (PNG)", run: () => void download("dark") },
            { label: "Copy picture", run: () => void copy() },
            "-",
            csv,
          ]}
        />
      </div>
      {onReset && (
        <Button small icon={<RotateCcw />} title="Show everything (double-click the chart)" onClick={onReset}>
          Reset zoom
        </Button>
      )}
    </div>
  );
}
