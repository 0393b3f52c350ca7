import { useRef, useState } from "react";
import { SlidersHorizontal } from "lucide-react";

import { Button } from "../ui/Button";
import { IconButton } from "../ui/IconButton";
import { Popover } from "../ui/Popover";
import { Segmented } from "../ui/Segmented";
import { Slider } from "../ui/Slider";
import { Toggle } from "../ui/Toggle";
import type { OverlayChoice } from "./boxes";
import styles from "./ImageTools.module.css";
import { OverlayMenu } from "./OverlayControls";
import type { OverlayMeta } from "./overlays";

/** Properties of `ImageTools`. */
export interface ImageToolsProps {
  options: Record<string, unknown>;
  meta: OverlayMeta;
  choice: OverlayChoice;
  /** Whether there are several runs to arrange. */
  several: boolean;
  onOptions: (options: Record<string, unknown>) => void;
}

/** How images are shown: size, arrangement, pixels as squares, boxes and masks. */
export function ImageTools({ options, meta, choice, several, onOptions }: ImageToolsProps) {
  const anchor = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const size = typeof options["size"] === "number" ? options["size"] : 160;
  return (
    <>
      {meta.boxes.length + meta.masks.length > 0 && (
        <OverlayMenu meta={meta} choice={choice} onChange={(overlays) => { onOptions({ overlays }); }} />
      )}
      <IconButton ref={anchor} small label="Display" icon={<SlidersHorizontal />} aria-expanded={open} onClick={() => { setOpen(!open); }} />
      {open && (
        <Popover anchor={anchor} label="Display" align="end" onClose={() => { setOpen(false); }}>
          <div className={styles["display"]}>
            <Slider label="Size" min={32} max={640} step={8} value={size} format={(value) => `${value} px`} onChange={(value) => { onOptions({ size: value }); }} />
            <Button small tone="quiet" disabled={options["size"] === undefined || options["size"] === null} onClick={() => { onOptions({ size: null }); }}>
              Fit to the panel
            </Button>
            {several && (
              <Segmented
                label="Images together"
                value={options["arrange"] === "place" ? "place" : "run"}
                choices={[{ value: "run", label: "By run" }, { value: "place", label: "By place" }]}
                onChange={(arrange) => { onOptions({ arrange }); }}
              />
            )}
            <Toggle label="Pixels as squares" checked={options["pixelated"] === true} onChange={(pixelated) => { onOptions({ pixelated }); }} />
          </div>
        </Popover>
      )}
    </>
  );
}
