import { useQuery } from "@tanstack/react-query";
import { type PointerEvent, useEffect, useRef, useState, type WheelEvent } from "react";
import { ChevronLeft, ChevronRight, Maximize, ZoomIn, ZoomOut } from "lucide-react";

import { Dialog } from "../ui/Dialog";
import { IconButton } from "../ui/IconButton";
import { DownloadLink } from "./DownloadLink";
import { type OverlayChoice, scoreRanges } from "./boxes";
import styles from "./ImageFullView.module.css";
import { fitScale, ImageView } from "./ImageView";
import { OverlayControls } from "./OverlayControls";
import { hasOverlays, overlayMeta, overlaysQuery } from "./overlays";
import { fileAddress, type Home, type ImageRecord } from "./records";
import { useSize } from "./useSize";

/** An image among others in the full view. */
export interface FullImage {
  home: Home;
  record: ImageRecord;
  /** What it is: the run, the key, the step. */
  title: string;
}

/** Properties of an `ImageFullView`. */
export interface ImageFullViewProps {
  images: readonly FullImage[];
  at: number;
  choice: OverlayChoice;
  onChoice: (choice: OverlayChoice) => void;
  onMove: (at: number) => void;
  onClose: () => void;
}

const MOST_ZOOM = 64;

/** One image as large as the screen. Arrow keys go to the others; the wheel and + − zoom, dragging moves, 0 fits it again. */
export function ImageFullView({ images, at, choice, onChoice, onMove, onClose }: ImageFullViewProps) {
  const image = images[at];
  const stage = useRef<HTMLDivElement>(null);
  const size = useSize(stage);
  const [view, setView] = useState({ zoom: 1, x: 0, y: 0 });
  const overlays = useQuery({ ...overlaysQuery(image?.home ?? { project: "", run: "" }, image?.record ?? NO_IMAGE) });
  useEffect(() => {
    setView({ zoom: 1, x: 0, y: 0 });
  }, [at]);
  useEffect(() => {
    stage.current?.focus();
  }, []);
  if (!image) return null;
  const { record, home } = image;
  const zoomAt = (factor: number, x = 0, y = 0): void => {
    setView((old) => {
      const zoom = Math.max(1, Math.min(MOST_ZOOM, old.zoom * factor));
      const ratio = zoom / old.zoom;
      return zoom === 1 ? { zoom, x: 0, y: 0 } : { zoom, x: x - (x - old.x) * ratio, y: y - (y - old.y) * ratio };
    });
  };
  const move = (by: number): void => {
    onMove((at + by + images.length) % images.length);
  };
  const keys: Record<string, () => void> = {
    ArrowLeft: () => { move(-1); },
    ArrowRight: () => { move(1); },
    "+": () => { zoomAt(1.5); },
    "=": () => { zoomAt(1.5); },
    "-": () => { zoomAt(1 / 1.5); },
    "0": () => { setView({ zoom: 1, x: 0, y: 0 }); },
  };
  const scale = fitScale(record, size.width, size.height);
  const isFit = view.zoom === 1;
  return (
    <Dialog
      title={record.caption ?? image.title}
      note={`${image.title} · ${record.width} × ${record.height} · ${at + 1} of ${images.length}`}
      size="full"
      onClose={onClose}
    >
      <div className={styles["full"]}>
        <div
          ref={stage}
          className={styles["stage"]}
          tabIndex={0}
          role="application"
          aria-label={`Image ${at + 1} of ${images.length}. Arrow keys: other images. Plus and minus: zoom.`}
          onKeyDown={(event) => {
            const action = keys[event.key];
            if (!action) return;
            event.preventDefault();
            action();
          }}
          onWheel={(event: WheelEvent) => {
            const box = event.currentTarget.getBoundingClientRect();
            zoomAt(Math.exp(-event.deltaY / 300), event.clientX - box.x - box.width / 2, event.clientY - box.y - box.height / 2);
          }}
          onPointerDown={(event: PointerEvent) => {
            event.currentTarget.setPointerCapture(event.pointerId);
          }}
          onPointerMove={(event) => {
            if (event.buttons === 1 && !isFit) setView((old) => ({ ...old, x: old.x + event.movementX, y: old.y + event.movementY }));
          }}
        >
          <div className={styles["image"]} style={{ transform: `translate(${view.x}px, ${view.y}px)` }}>
            {size.width > 0 && (
              <ImageView {...{ home, record, choice }} width={record.width * scale * view.zoom} height={record.height * scale * view.zoom} />
            )}
          </div>
        </div>
        {hasOverlays(record) && overlays.data && (
          <aside className={styles["side"]} aria-label="Boxes and masks">
            <OverlayControls meta={overlayMeta([overlays.data], scoreRanges)} choice={choice} onChange={onChoice} />
            {overlays.data.faults.map((fault) => (
              <p key={fault} className={styles["fault"]}>{fault}</p>
            ))}
          </aside>
        )}
        <div className={styles["tools"]} role="toolbar" aria-label="Image">
          <IconButton label="Previous image" keys="←" icon={<ChevronLeft />} disabled={images.length < 2} onClick={() => { move(-1); }} />
          <IconButton label="Zoom out" keys="-" icon={<ZoomOut />} disabled={isFit} onClick={() => { zoomAt(1 / 1.5); }} />
          <span className={styles["zoom"]}>{Math.round(scale * view.zoom * 100)} %</span>
          <IconButton label="Zoom in" keys="+" icon={<ZoomIn />} onClick={() => { zoomAt(1.5); }} />
          <IconButton label="Fit" keys="0" icon={<Maximize />} disabled={isFit} onClick={() => { setView({ zoom: 1, x: 0, y: 0 }); }} />
          <IconButton label="Next image" keys="→" icon={<ChevronRight />} disabled={images.length < 2} onClick={() => { move(1); }} />
          <DownloadLink address={fileAddress(home, record.path)} label="Download the image" />
        </div>
      </div>
    </Dialog>
  );
}

const NO_IMAGE: ImageRecord = { _type: "image", path: "", width: 1, height: 1 };
