import { useRef } from "react";

import { classes } from "../ui/classes";
import { formatNumber } from "../ui/format";
import { groupBy } from "../ui/group";
import type { RunView } from "../workspace/view";
import type { OverlayChoice } from "./boxes";
import styles from "./ImageGrid.module.css";
import { ImageView } from "./ImageView";
import type { Home, ImageRecord } from "./records";
import { useSize } from "./useSize";

/** An image of a grid. */
export interface GridImage {
  home: Home;
  record: ImageRecord;
  run: RunView;
  /** Its place in the list that was logged, from 0. */
  index: number;
  step: number;
  /** Shown where a grid has several keys. */
  key: string | null;
}

/** Properties of an `ImageGrid`. */
export interface ImageGridProps {
  images: readonly GridImage[];
  choice: OverlayChoice;
  /** `size`: pixels of a cell's width; `arrange`: by "run" or by "place"; `pixelated`. */
  options: Record<string, unknown>;
  onOpen: (index: number) => void;
}

const GAP = 8;
const CAPTION = 18;

/** Images in rows: those of each run together, or those at the same place of each run's list. */
export function ImageGrid({ images, choice, options, onOpen }: ImageGridProps) {
  const area = useRef<HTMLDivElement>(null);
  const size = useSize(area);
  const byPlace = options["arrange"] === "place";
  const groups = groupBy(images, (image) => (byPlace ? String(image.index) : image.run.id));
  const perGroup = Math.max(0, ...[...groups.values()].map((group) => group.length));
  const isFlat = perGroup <= 1 || groups.size === 1;
  const hasCaptions = images.some(({ record }) => record.caption);
  const wanted = typeof options["size"] === "number" ? options["size"] : null;
  const cell = cellWidth(images, size, wanted, isFlat, hasCaptions);
  const shown = isFlat ? [["", [...images]] as const] : [...groups];
  const manyRuns = new Set(images.map((image) => image.run.id)).size > 1;
  const cellOf = (image: GridImage) => (
    <Cell
      key={`${image.run.id} ${image.key ?? ""} ${image.index}`}
      image={image}
      width={cell}
      choice={choice}
      pixelated={options["pixelated"] === true ? true : "auto"}
      withRun={isFlat ? manyRuns : byPlace}
      withCaption={hasCaptions}
      onOpen={() => { onOpen(images.indexOf(image)); }}
    />
  );
  return (
    <div ref={area} className={styles["grid"]}>
      {size.width > 0 &&
        shown.map(([name, group]) => (
          <section key={name} className={styles["group"]}>
            {!isFlat && (
              <h4 className={styles["heading"]}>
                {byPlace ? `Image ${Number(name) + 1}` : <RunName run={group[0]?.run} step={group[0]?.step} />}
              </h4>
            )}
            <div className={styles["cells"]}>{group.map(cellOf)}</div>
          </section>
        ))}
    </div>
  );
}

interface CellProps {
  image: GridImage;
  width: number;
  choice: OverlayChoice;
  pixelated: boolean | "auto";
  withRun: boolean;
  withCaption: boolean;
  onOpen: () => void;
}

function Cell({ image, width, choice, pixelated, withRun, withCaption, onOpen }: CellProps) {
  const { record, home, run } = image;
  const height = Math.min(width * 1.5, (width * record.height) / Math.max(1, record.width));
  return (
    <figure className={styles["cell"]} style={{ width }}>
      <button
        type="button"
        className={styles["open"]}
        aria-label={`Open the image${record.caption ? `: ${record.caption}` : ""}, ${run.name}, step ${image.step}`}
        onClick={onOpen}
      >
        <ImageView {...{ home, record, choice, width, height, pixelated }} />
      </button>
      {(withRun || withCaption || image.key !== null) && (
        <figcaption className={styles["caption"]} title={record.caption}>
          {withRun && <RunName run={run} />}
          {image.key !== null && <span className={styles["key"]}>{image.key}</span>}
          {withCaption && <span className={classes(withRun && styles["second"])}>{record.caption ?? ""}</span>}
        </figcaption>
      )}
    </figure>
  );
}

function RunName({ run, step }: { run: RunView | undefined; step?: number | undefined }) {
  if (!run) return null;
  return (
    <span className={styles["run"]}>
      <span className={styles["dot"]} style={{ background: run.colour }} />
      <span className={styles["name"]}>{run.name}</span>
      {step !== undefined && <span className={styles["step"]}>step {formatNumber(step)}</span>}
    </span>
  );
}

/** The width of cells: what was chosen, else so that a few images fill the panel and many are still told apart. */
function cellWidth(images: readonly GridImage[], size: { width: number; height: number }, wanted: number | null, isFlat: boolean, hasCaptions: boolean): number {
  if (wanted !== null) return Math.min(wanted, Math.max(32, size.width));
  const first = images[0]?.record;
  if (!first || size.width === 0) return 128;
  const shape = Math.min(1.5, first.height / Math.max(1, first.width));
  if (!isFlat) return 96;
  let best = 72;
  for (let columns = 1; columns <= 12; columns += 1) {
    const width = Math.floor((size.width - (columns - 1) * GAP) / columns);
    const rows = Math.ceil(images.length / columns);
    const captions = CAPTION * (hasCaptions ? 2 : 1);
    const fits = rows * (width * shape + captions + GAP) <= size.height + GAP;
    // The largest size at which all are seen without scrolling.
    const height = Math.floor((size.height - rows * (captions + GAP)) / rows / shape);
    best = Math.max(best, fits ? width : Math.min(width, height));
  }
  return best;
}
