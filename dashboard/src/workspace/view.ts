/** The words of a workspace: the view of a project, its panels, and what a panel is given. Nothing here but types and defaults. */

import type { ComponentType } from "react";

import type { Brief, Key, XAxis } from "../api/types";
import type { Condition } from "../table/conditions";

/** A run that is shown, with its colour in the present theme (`#rrggbb`). */
export type RunView = Brief & { colour: string; pinned?: boolean; baseline?: boolean };

/** How a noisy line is smoothed; `amount` is from 0 (not at all) to 1. */
export interface Smoothing {
  kind: "none" | "twema" | "ema" | "gaussian" | "mean";
  amount: number;
}

/** How the runs of a group become one line and a band. `by` are columns, such as `config.model`, `group` or `tags`. */
export interface Grouping {
  by: string[];
  line: "mean" | "median" | "min" | "max";
  band: "minmax" | "std" | "stderr" | "none";
}

/** What applies to all charts of a workspace or section, and can be set for one panel in its `options.settings`. */
export interface ChartSettings {
  /** `auto`: the metric's own step metric where it has one, else the step. */
  x: XAxis | "auto";
  smoothing: Smoothing;
  logX: boolean;
  logY: boolean;
  /** Leave the furthest values out of the y axis. The line itself keeps them. */
  clipOutliers: boolean;
  /** Draw the lines as logged, faint, behind the smoothed ones. */
  showOriginal: boolean;
  /** Whether a zoom of x is one of all charts over the same x. */
  zoomTogether: boolean;
  /** Null: every run is a line of its own. */
  grouping: Grouping | null;
}

/** Settings before anyone changes them. */
export const defaultSettings: ChartSettings = {
  x: "auto",
  smoothing: { kind: "twema", amount: 0 },
  logX: false,
  logY: false,
  clipOutliers: false,
  showOriginal: true,
  zoomTogether: false,
  grouping: null,
};

/** One panel. `width` is in columns of the grid (as many as fit, one is at least 320 px), `height` in steps of 20 px. */
export interface PanelConfig {
  id: string;
  kind: string;
  title?: string;
  keys: string[];
  width: number;
  height: number;
  options: Record<string, unknown>;
}

/** What a panel's component is given; `width` and `height` are the pixels it may fill. */
export interface PanelProps {
  project: string;
  config: PanelConfig;
  /** The visible runs, in the order of the list. */
  runs: RunView[];
  settings: ChartSettings;
  width: number;
  height: number;
  fullScreen: boolean;
  onChange: (config: PanelConfig) => void;
}

/** A kind of panel. */
export interface PanelKind {
  kind: string;
  label: string;
  /** What it is good for, in a few words, for the dialog that adds panels. */
  about: string;
  View: ComponentType<PanelProps>;
  Settings?: ComponentType<PanelProps>;
  /** Whether it can show what was logged under a key; `automatic` kinds are made for such keys without being asked. */
  accepts: (key: Key) => boolean;
  automatic: boolean;
  /** At first, in columns and steps of 20 px. */
  size?: { width: number; height: number };
  /** Whether it shows several keys in one panel. */
  several?: boolean;
  /** Whether it needs columns rather than keys (parallel coordinates, scatter). */
  columns?: boolean;
}

/** What a person changed of a section. */
export interface SectionView {
  collapsed?: boolean;
  settings?: Partial<ChartSettings>;
  /** The ids of its panels where they were moved by hand; those it does not name follow. */
  order?: string[];
}

/** A panel that a person changed or added, as differences from the automatic one of the same id. */
export interface PanelEdit {
  kind?: string;
  title?: string;
  keys?: string[];
  width?: number;
  height?: number;
  options?: Record<string, unknown>;
  section?: string;
  removed?: boolean;
  added?: boolean;
}

/** Everything that a person chose in a workspace. It is small: only choices are in it, never data. */
export interface WorkspaceView {
  search: string;
  conditions: Condition[];
  /** A column, with `-` before it for descending. */
  order: string;
  groupBy: string[];
  /** Columns shown beside the names in the run list. */
  columns: string[];
  archived: boolean;
  /** The first so many runs of the list are shown, but for those in `shown` (always) and `hidden` (never). */
  limit: number;
  shown: string[];
  hidden: string[];
  pinned: string[];
  baseline: string | null;
  /** Run id to the number of its colour, where a person chose one. */
  colours: Record<string, number>;
  panelSearch: string;
  settings: ChartSettings;
  /** Section by the first or the last `/` of a key. */
  prefix: "first" | "last";
  sections: Record<string, SectionView>;
  sectionOrder: string[];
  panels: Record<string, PanelEdit>;
  /** The panel that fills the window. */
  full: string | null;
}

/** How many runs are shown before anyone chooses: more saturate the legends and tell nobody anything. */
export const defaultLimit = 20;

/** The view before anyone changes it. */
export const defaultView: WorkspaceView = {
  search: "",
  conditions: [],
  order: "-created_at",
  groupBy: [],
  columns: [],
  archived: false,
  limit: defaultLimit,
  shown: [],
  hidden: [],
  pinned: [],
  baseline: null,
  colours: {},
  panelSearch: "",
  settings: defaultSettings,
  prefix: "first",
  sections: {},
  sectionOrder: [],
  panels: {},
  full: null,
};
