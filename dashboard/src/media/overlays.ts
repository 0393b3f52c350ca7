/** The boxes, masks and class names of an image, fetched and decoded. */

import { type Box, readBoxes, readClasses } from "./boxes";
import { fileBytes, fileJson } from "./files";
import { type Ids, readIds } from "./png";
import { classesIn } from "./masks";
import { fileAddress, type Home, type ImageRecord } from "./records";

/** A set of boxes of an image. */
export interface BoxSet {
  name: string;
  boxes: Box[];
  labels: Map<number, string>;
}

/** A mask of an image; `classes` are the ids in it with their number of pixels. */
export interface MaskSet {
  name: string;
  ids: Ids;
  classes: Map<number, number>;
  labels: Map<number, string>;
}

/** What is drawn over an image; `faults` say what of it could not be read. */
export interface Overlays {
  boxes: BoxSet[];
  masks: MaskSet[];
  faults: string[];
}

/** Whether an image has boxes or masks. */
export function hasOverlays(record: ImageRecord): boolean {
  return record.boxes !== undefined || record.masks !== undefined;
}

/** The query of an image's overlays. They never change. */
export function overlaysQuery(home: Home, record: ImageRecord) {
  return {
    queryKey: ["overlays", home, record.path] as const,
    queryFn: ({ signal }: { signal: AbortSignal }) => loadOverlays(home, record, signal),
    enabled: hasOverlays(record),
    gcTime: 60_000, // decoded masks are large
  };
}

async function loadOverlays(home: Home, record: ImageRecord, signal: AbortSignal): Promise<Overlays> {
  const faults: string[] = [];
  const attempt = async <T>(load: () => Promise<T>): Promise<T | null> => {
    try {
      return await load();
    } catch (error) {
      if (signal.aborted) throw error;
      faults.push(error instanceof Error ? error.message : String(error));
      return null;
    }
  };
  const labels = async (path: string | undefined): Promise<Map<number, string>> =>
    path ? ((await attempt(async () => readClasses(await fileJson(fileAddress(home, path), signal)))) ?? new Map()) : new Map();
  const boxes = Object.entries(record.boxes ?? {}).map(([name, part]) =>
    attempt(async (): Promise<BoxSet> => {
      const file = await fileJson(fileAddress(home, part.path), signal);
      return { name, boxes: readBoxes(file, record.width, record.height), labels: await labels(part.classes ?? record.classes) };
    }),
  );
  const masks = Object.entries(record.masks ?? {}).map(([name, part]) =>
    attempt(async (): Promise<MaskSet> => {
      const ids = await readIds(await fileBytes(fileAddress(home, part.path), signal));
      return { name, ids, classes: classesIn(ids), labels: await labels(part.classes ?? record.classes) };
    }),
  );
  const [foundBoxes, foundMasks] = await Promise.all([Promise.all(boxes), Promise.all(masks)]);
  return { boxes: foundBoxes.filter((set) => set !== null), masks: foundMasks.filter((set) => set !== null), faults };
}

/** What there is to choose from in the overlays of several images. */
export interface OverlayMeta {
  boxes: string[];
  masks: string[];
  /** Ids with their names, ascending; the background 0 of masks is among them. */
  classes: [number, string][];
  scores: Record<string, [number, number]>;
}

/** Puts together what there is to choose from. */
export function overlayMeta(all: readonly Overlays[], ranges: (boxes: Box[]) => Record<string, [number, number]>): OverlayMeta {
  const classes = new Map<number, string>();
  const name = (id: number, labels: Map<number, string>): void => {
    if (!classes.has(id) || labels.has(id)) classes.set(id, labels.get(id) ?? `class ${id}`);
  };
  for (const { boxes, masks } of all) {
    for (const set of boxes) for (const box of set.boxes) name(box.classId, set.labels);
    for (const set of masks) for (const id of set.classes.keys()) name(id, set.labels);
  }
  return {
    boxes: [...new Set(all.flatMap((each) => each.boxes.map((set) => set.name)))].sort(),
    masks: [...new Set(all.flatMap((each) => each.masks.map((set) => set.name)))].sort(),
    classes: [...classes].sort(([a], [b]) => a - b),
    scores: ranges(all.flatMap((each) => each.boxes.flatMap((set) => set.boxes))),
  };
}
