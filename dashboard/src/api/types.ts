/** The shapes of the HTTP API, version 1, as docs/http.md promises them. Nothing here but types. */

/** What JSON has no form for arrives as one of these. */
export interface SpecialNumber {
  $number: string;
}

/** Bytes, in base64. */
export interface SpecialBytes {
  $bytes: string;
}

/** A value of config, summary or a column. */
export type Value = null | boolean | number | string | SpecialNumber | SpecialBytes | Value[] | { [key: string]: Value };

/** The states of a run. */
export type State = "running" | "finished" | "failed" | "crashed" | "preempted";

/** `GET /status`. */
export interface Status {
  version: string;
  root: string;
  cursor: number;
  indexing: { busy: boolean; done: number; total: number };
  problems: { where: string; message: string }[];
  access: "token" | "none";
}

/** One line of a run list. Times are seconds since 1970-01-01 UTC; `columns` holds the columns that were asked for. */
export interface Brief {
  id: string;
  project: string;
  name: string;
  state: State;
  tags: string[];
  group: string | null;
  job_type: string | null;
  archived: boolean;
  deleted: boolean;
  notes: string | null;
  host: string;
  user: string | null;
  created_at: number;
  last_time: number;
  runtime_s: number;
  last_step: number | null;
  rows: number;
  revision: number;
  columns: Record<string, Value>;
}

/** A small curve of a run, for lists. */
export interface Spark {
  key: string;
  values: (number | null)[];
}

/** A project, as home shows it. */
export interface Project {
  name: string;
  runs: number;
  running: number;
  archived: number;
  last_time: number;
  recent: (Brief & { spark: Spark | null })[];
}

/** A column that some runs have: `config.lr`, `summary.val/loss`. */
export interface Column {
  name: string;
  runs: number;
  kinds: ("number" | "text" | "bool" | "list" | "object" | "null")[];
}

/** The two kinds of series: what a script logged, and what was measured beside it. */
export type Stream = "history" | "system";

/** A key that some runs logged. `types` are the `_type`s of logged objects, `text` and `json`. */
export interface Key {
  key: string;
  stream: Stream;
  kind: "number" | "object";
  types: string[];
  runs: number;
  points: number;
  step_metric: string | null;
  hidden: boolean;
  goal: "minimize" | "maximize" | null;
}

/** What a project has to show and to choose from. */
export interface Columns {
  config: Column[];
  summary: Column[];
  keys: Key[];
  tags: string[];
  groups: string[];
  job_types: string[];
}

/** `alert()` in a script. */
export interface Alert {
  project: string;
  run: string;
  name: string;
  time: number;
  title: string;
  text: string;
  level: string;
}

/** A filter in the style of MongoDB, as `trailmark.Api().runs` takes it. */
export type Filter = Record<string, unknown>;

/** `POST /projects/{project}/runs/query`. All are optional. */
export interface RunQuery {
  filters?: Filter;
  search?: string;
  order?: string[];
  columns?: string[];
  group_by?: string[];
  group?: Value[];
  ids?: string[] | null;
  archived?: boolean;
  deleted?: boolean;
  offset?: number;
  limit?: number;
}

/** Runs that have the same values in the columns of `group_by`. */
export interface RunGroup {
  values: Value[];
  runs: number;
  running: number;
  ids: string[];
  columns: Record<string, { mean: number | null; min: number | null; max: number | null }>;
}

/** The answer to a `RunQuery`: `runs`, or `groups` where it asked to group. */
export interface RunPage {
  total: number;
  runs: Brief[];
  groups?: RunGroup[];
  cursor: number;
}

/** An artifact that a run made or used. */
export interface Link {
  action: "logged" | "used" | "linked";
  project: string;
  name: string;
  version: string;
  digest: string;
  type: string;
  size: number;
  aliases: string[];
  use_as: string | null;
  time: number;
}

/** A run whole. */
export interface RunDetail extends Brief {
  config: Record<string, Value>;
  summary: Record<string, Value>;
  environment: Record<string, Value>;
  keys: Key[];
  metrics: Record<string, Value>;
  error: Value;
  exit_code: number | null;
  exit_time: number | null;
  forked_from: Value;
  attempts: number;
  ranks: number[];
  lost_rows: number;
  alerts: Alert[];
  artifacts: Link[];
  unreadable: Record<string, string>;
  path: string;
}

/** What can be edited of a run. */
export interface RunEdit {
  name?: string;
  notes?: string;
  tags?: string[];
  group?: string | null;
  job_type?: string | null;
  archived?: boolean;
  deleted?: boolean;
}

/** `POST /projects/{project}/runs/edit`. */
export interface RunsEdit {
  ids: string[];
  set?: RunEdit;
  add_tags?: string[];
  remove_tags?: string[];
}

/** Its answer; sending each of `undo` back takes the change back. */
export interface RunsEdited {
  changed: string[];
  undo: { ids: string[]; set: RunEdit }[];
}

/** The x axis of a series: `key:<metric>` is another metric. */
export type XAxis = "step" | "time" | "relative" | `key:${string}`;

/** `POST /series/query`: either `series`, or `runs` × `keys`. */
export interface SeriesQuery {
  project: string;
  series?: { run: string; key: string; from?: number; epoch?: number }[];
  runs?: string[];
  keys?: string[];
  stream?: Stream;
  rank?: number;
  x?: XAxis;
  range?: [number, number] | null;
  resolution?: number;
}

/** One series of the answer's header; `x` to `nan` are numbers of arrays. Exact ones have only `x` and `y`. */
export interface SeriesHeader {
  run: string;
  key: string;
  exact: boolean;
  count: number;
  epoch: number;
  reset?: boolean;
  x?: number;
  y?: number;
  x_end?: number;
  min?: number;
  max?: number;
  nan?: number;
}

/** `POST /series/aggregate`. */
export interface AggregateQuery {
  project: string;
  groups: { name: string; runs: string[] }[];
  keys: string[];
  stream?: Stream;
  rank?: number;
  x?: XAxis;
  range?: [number, number] | null;
  resolution?: number;
}

/** One group and key of the answer's header; `x` to `count` are numbers of arrays. */
export interface AggregateHeader {
  name: string;
  key: string;
  runs: number;
  x: number;
  mean: number;
  median: number;
  min: number;
  max: number;
  std: number;
  stderr: number;
  count: number;
}

/** The header of a heat map of histograms; `step` to `nan` are numbers of arrays. */
export interface HistogramsHeader {
  count: number;
  columns: number;
  step: number;
  time: number;
  edges: number;
  counts: number;
  nan: number;
}

/** A logged object: a record of docs/media.md, plain text, a list or a mapping. */
export type Logged = Value;

/** What a run logged under a key at a step. */
export interface LoggedObject {
  run: string;
  key: string;
  count: number;
  step: number;
  time: number;
  value: Logged;
}

/** `POST /objects/query`. */
export interface ObjectsQuery {
  project: string;
  runs: string[];
  keys: string[];
  step?: number | null;
  rank?: number;
}

/** The operators of a table's filters. */
export type TableOp = "=" | "!=" | "<" | "<=" | ">" | ">=" | "contains";

/** `POST /projects/{project}/runs/{run}/table`. */
export interface TableQuery {
  key?: string;
  step?: number | null;
  artifact?: string;
  path?: string;
  columns?: string[] | null;
  search?: string;
  filters?: { column: string; op: TableOp; value: Value }[];
  order?: { column: string; descending: boolean }[];
  offset?: number;
  limit?: number;
}

/** Its answer. */
export interface TablePageData {
  step: number | null;
  columns: { name: string; type: string }[];
  total: number;
  rows: Value[][];
  numbers: number[];
}

/** A line of console output; `text` keeps its ANSI colours. */
export interface ConsoleLine {
  number: number;
  time: number;
  stream: "stdout" | "stderr";
  rank: number;
  text: string;
}

/** A page of console lines, or what a search found. */
export interface ConsolePage {
  total: number;
  lines: ConsoleLine[];
}

/** A file of a run. */
export interface RunFile {
  path: string;
  size: number;
  time: number;
}

/** Where the code of a run came from. */
export interface RunCode {
  git: { commit: string | null; branch: string | null; remote: string | null; dirty: boolean } | null;
  diff: string | null;
  requirements: string | null;
  program: string | null;
  files: string[];
}

/** An artifact of a project. */
export interface Artifact {
  name: string;
  type: string;
  description: string | null;
  versions: number;
  latest: string;
  aliases: string[];
  size: number;
  time: number;
}

/** One version of an artifact. */
export interface ArtifactVersion {
  version: string;
  digest: string;
  aliases: string[];
  size: number;
  time: number;
  metadata: Record<string, Value>;
  files: number;
  run: string | null;
  used_by: string[];
}

/** An artifact with all its versions. */
export interface ArtifactDetail extends Artifact {
  all: ArtifactVersion[];
}

/** A version with the list of its files. */
export interface ArtifactManifest extends ArtifactVersion {
  manifest: { path: string; size: number; digest: string | null; reference: string | null }[];
}

/** What was made from what. */
export interface Lineage {
  nodes: { id: string; kind: "artifact" | "run"; name: string; type?: string; state?: State }[];
  edges: { from: string; to: string }[];
}

/** A saved view: any JSON of the dashboard. */
export interface SavedView {
  name: string;
  time: number;
  view: unknown;
}

/** What changed of a run. */
export type ChangedField = "summary" | "series" | "console" | "config" | "media" | "artifacts" | "files" | "identity";

/** One run of a `change` event; `keys` say how many points each changed series has. */
export interface RunChange {
  project: string;
  id: string;
  revision: number;
  state: State;
  name: string;
  last_step: number | null;
  last_time: number;
  runtime_s: number;
  rows: number;
  created: boolean;
  fields: ChangedField[];
  keys?: Record<string, number>;
}

/** A `change` event of the feed. */
export interface Change {
  cursor: number;
  runs: RunChange[];
  removed: { project: string; id: string }[];
  projects: boolean;
}
