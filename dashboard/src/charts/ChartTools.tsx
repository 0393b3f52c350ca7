import { Download, RotateCcw } from "lucide-react";
import type { RefObject } from "react";

import type { Stream } from "../api/types";
import { IconButton } from "../ui/IconButton";
import { Menu } from "../ui/Menu";
import { toast, toastError } from "../ui/Toasts";

import styles from "./ChartTools.module.css";
import type { ChartModel } from "./model";
import { fileName, picture, type PictureTheme, save } from "./picture";

/** Properties of `ChartTools`. `box` is the chart, whose size a picture has. */
export interface ChartToolsProps {
  title: string;
  model: ChartModel;
  box: RefObject<HTMLElement | null>;
  zoomed: boolean;
  onReset: () => void;
  /** What a CSV of all points has to ask for. */
  csv: { project: string; runs: string[]; keys: string[]; stream: Stream };
}

/** What can be done with a chart: show all of it again, take a picture of it, or take its points. */
export function ChartTools({ title, model, box, zoomed, onReset, csv }: ChartToolsProps) {
  const draw = (theme: PictureTheme) => {
    const { width = 800, height = 400 } = box.current?.getBoundingClientRect() ?? {};
    return picture(model, title, { width: Math.max(width, 480), height: Math.max(height - 40, 240) }, theme);
  };
  const download = async (theme: PictureTheme) => {
    try {
      save(await draw(theme), fileName(title, "png"));
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
      {zoomed && <IconButton label="Show everything" keys="double-click" icon={<RotateCcw />} small onClick={onReset} />}
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
            { label: "All points (CSV)", run: () => { window.location.assign(csvAddress(csv)); } },
          ]} // prettier-ignore
        />
      </div>
    </div>
  );
}

/** The address of all points of a chart, not downsampled, as CSV. */
export function csvAddress({ project, runs, keys, stream }: ChartToolsProps["csv"]): string {
  const query = new URLSearchParams({ format: "csv", what: "series", runs: runs.join(","), keys: keys.join(","), stream });
  return `/api/v1/projects/${encodeURIComponent(project)}/export?${query.toString()}`;
}
