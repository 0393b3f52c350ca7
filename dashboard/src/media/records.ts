/** The records of media, as docs/media.md lists them, and where their files are fetched. */

/** What every record of a file has. */
export interface FileRecord {
  _type: string;
  path: string;
  caption?: string;
  format?: string;
}

/** Part of an image's record: a file of boxes or of a mask, and the file of its class names. */
export interface OverlayRecord {
  path: string;
  count?: number;
  classes?: string;
}

export interface ImageRecord extends FileRecord {
  _type: "image";
  width: number;
  height: number;
  grouping?: number;
  classes?: string;
  boxes?: Record<string, OverlayRecord>;
  masks?: Record<string, OverlayRecord>;
}

export interface AudioRecord extends FileRecord {
  _type: "audio";
  sample_rate?: number;
  channels?: number;
  /** Samples of each channel. */
  frames?: number;
}

export interface VideoRecord extends FileRecord {
  _type: "video";
  width?: number;
  height?: number;
  frames?: number;
  fps?: number;
}

export interface Object3DRecord extends FileRecord {
  _type: "object3d";
  points?: number;
  /** The file of boxes and arrows. */
  scene?: string;
}

export interface GraphRecord extends FileRecord {
  _type: "graph";
  framework?: string;
}

/** A histogram; edges are evenly spaced from `low` to `high` if there are no `bins`. */
export interface HistogramRecord {
  _type: "histogram";
  counts: number[];
  bins?: number[];
  range?: [number, number];
  nan?: number;
}

export interface TableRecord {
  _type: "table";
  rows: number;
  columns: string[];
  types: (string | null)[];
}

export interface ChartRecord {
  _type: "chart";
  title: string;
  spec: Record<string, unknown>;
  table: TableRecord;
}

/** Where a record's files are: in a run, or in a version of an artifact. */
export type Home =
  | { project: string; run: string }
  | { project: string; artifact: string; version: string };

/** The address of a file that a record names. Each part is encoded, so that no name leaves its folder. */
export function fileAddress(home: Home, path: string): string {
  const name = path.split("/").map(encodeURIComponent).join("/");
  const project = `/api/v1/projects/${encodeURIComponent(home.project)}`;
  if ("run" in home) return `${project}/runs/${encodeURIComponent(home.run)}/files/${name}`;
  const version = `${encodeURIComponent(home.artifact)}/${encodeURIComponent(home.version)}`;
  return `${project}/artifacts/${version}/files/${name}`;
}

/** Whether a value is a mapping and no list. */
export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The kind that a record names; "" for plain values. */
export function kindOf(value: unknown): string {
  return isMapping(value) && typeof value["_type"] === "string" ? value["_type"] : "";
}

/** The kinds whose rows are shown as a table. */
export const TABLE_KINDS = ["table", "joined-table", "partitioned-table"] as const;

/** Whether a logged value is shown as a table. */
export function isTable(value: unknown): boolean {
  return TABLE_KINDS.some((kind) => kind === kindOf(value));
}

/** Whether a file of an artifact holds the record of a table. */
export function isTableFile(path: string): boolean {
  return TABLE_KINDS.some((kind) => path.endsWith(`.${kind}.json`));
}

/** The records of one kind in a logged value, which is one of them or a list of them. */
export function recordsOf<T extends { _type: string }>(value: unknown, kind: T["_type"]): T[] {
  const items: unknown[] = Array.isArray(value) ? value : [value];
  return items.filter((item): item is T => kindOf(item) === kind);
}

/** An address that may become a link: http or https; null for everything else, such as `javascript:`. */
export function safeLink(text: string): string | null {
  try {
    const address = new URL(text);
    return address.protocol === "http:" || address.protocol === "https:" ? address.href : null;
  } catch {
    return null;
  }
}
