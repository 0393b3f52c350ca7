import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { ImageOff } from "lucide-react";

import { classes } from "../ui/classes";
import { SHOW_ALL, type OverlayChoice } from "./boxes";
import { drawOverlays } from "./drawOverlays";
import styles from "./ImageView.module.css";
import { hasOverlays, overlaysQuery } from "./overlays";
import { fileAddress, type Home, type ImageRecord } from "./records";

/** Properties of an `ImageView`. */
export interface ImageViewProps {
  home: Home;
  record: ImageRecord;
  /** What of boxes and masks is shown. */
  choice?: OverlayChoice;
  /** The size on screen, in CSS pixels; the picture keeps its shape. */
  width: number;
  height: number;
  /** Whether single pixels are shown as squares: always, or only where the picture is enlarged at least twice. */
  pixelated?: boolean | "auto";
}

/** How much a picture is scaled to fit into a box. */
export function fitScale(record: Pick<ImageRecord, "width" | "height">, width: number, height: number): number {
  return Math.min(width / Math.max(1, record.width), height / Math.max(1, record.height));
}

/** A logged image with its boxes and masks. */
export function ImageView({ home, record, choice = SHOW_ALL, width, height, pixelated = "auto" }: ImageViewProps) {
  const [lost, setLost] = useState(false);
  const canvas = useRef<HTMLCanvasElement>(null);
  const overlays = useQuery(overlaysQuery(home, record));
  const scale = fitScale(record, width, height);
  const address = fileAddress(home, record.path);
  const [wide, high] = [record.width * scale, record.height * scale];
  useEffect(() => {
    setLost(false);
  }, [address]);
  useEffect(() => {
    if (canvas.current && overlays.data) drawOverlays(canvas.current, overlays.data, choice, record.width, record.height, scale);
  }, [overlays.data, choice, record.width, record.height, scale]);
  const isCoarse = pixelated === "auto" ? scale >= 2 : pixelated;
  return (
    <span className={styles["image"]} style={{ width: wide, height: high }}>
      {lost ? (
        <span className={styles["lost"]} role="img" aria-label="The image's file is not there">
          <ImageOff />
        </span>
      ) : (
        <img
          className={classes(styles["picture"], isCoarse && styles["pixelated"])}
          src={address}
          alt={record.caption ?? ""}
          loading="lazy"
          decoding="async"
          draggable={false}
          width={wide}
          height={high}
          onError={() => {
            setLost(true);
          }}
        />
      )}
      {hasOverlays(record) && <canvas ref={canvas} className={styles["overlay"]} style={{ width: wide, height: high }} aria-hidden="true" />}
    </span>
  );
}
