/** The kinds of panels for what is logged beside numbers. Their views are loaded when one is first shown. */

import { type ComponentType, lazy } from "react";

import type { Key } from "../api/types";
import { TABLE_KINDS } from "../media/records";
import type { PanelKind, PanelProps } from "../workspace/view";

/** Whether objects of one of these types were logged under a key. */
export function hasType(key: Key, ...types: string[]): boolean {
  return key.kind === "object" && key.types.some((type) => types.includes(type));
}

const view = (load: () => Promise<ComponentType<PanelProps>>) => lazy(async () => ({ default: await load() }));

function mediaKind(kind: string, label: string, about: string, types: string[], View: PanelKind["View"], size: [number, number], several = false): PanelKind {
  return { kind, label, about, View, accepts: (key) => hasType(key, ...types), automatic: true, size: { width: size[0], height: size[1] }, several };
}

/** Images, tables, charts, sounds and all other media, each with the `_type`s that it shows. */
export const mediaKinds: PanelKind[] = [
  mediaKind("images", "Images", "Images with boxes and masks, at any step", ["image"], view(async () => (await import("./images")).ImagesPanel), [1, 16], true),
  mediaKind("table", "Table", "A logged table: sort, filter, search", [...TABLE_KINDS], view(async () => (await import("./table")).TablePanel), [2, 18]),
  mediaKind("chart", "Logged chart", "Charts of trailmark.plot and other Vega-Lite", ["chart"], view(async () => (await import("./chart")).ChartPanel), [1, 18]),
  mediaKind("plotly", "Plotly", "Figures of plotly", ["plotly"], view(async () => (await import("./plotly")).PlotlyPanel), [1, 18]),
  mediaKind("audio", "Audio", "Sounds with their waveforms, at any step", ["audio"], view(async () => (await import("./audio")).AudioPanel), [1, 12], true),
  mediaKind("video", "Video", "Videos side by side, at any step", ["video"], view(async () => (await import("./video")).VideoPanel), [1, 16], true),
  mediaKind("object3d", "3D", "Point clouds and models that can be turned", ["object3d", "molecule"], view(async () => (await import("./object3d")).Object3DPanel), [1, 18]),
  mediaKind("graph", "Model graph", "The modules of a model and their parameters", ["graph"], view(async () => (await import("./graph")).GraphPanel), [2, 20]),
  mediaKind("html", "HTML", "Logged pages, each in a frame of its own", ["html"], view(async () => (await import("./html")).HtmlPanel), [1, 16], true),
  mediaKind("text", "Text", "Logged text, lists and mappings, at any step", ["text", "json"], view(async () => (await import("./text")).TextPanel), [1, 12], true),
];
