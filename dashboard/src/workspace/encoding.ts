/** A view as text for an address, and back. Only what differs from the default is in it; what cannot be read is left out. */

import { deflateSync, inflateSync } from "fflate";

import { type Condition, OPERATORS } from "../table/conditions";
import { type ChartSettings, defaultSettings, defaultView, type WorkspaceView } from "./view";

// A view this long was not made by a person; an address of it would not be one either.
const longestText = 100_000;

/** The view as letters, digits, `-` and `_`; empty for the default view. */
export function encodeView(view: WorkspaceView): string {
  const differences = differencesOf(view);
  return Object.keys(differences).length === 0 ? "" : pack(differences);
}

/** The view that a text stands for; null if it is none. */
export function decodeView(text: string): WorkspaceView | null {
  if (text === "") return defaultView;
  const json = unpack(text);
  return json === undefined ? null : readView(json);
}

/** JSON as letters, digits, `-` and `_`. */
export function pack(json: unknown): string {
  const bytes = deflateSync(new TextEncoder().encode(JSON.stringify(json)), { level: 9 });
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** The JSON that a text stands for; undefined if it is none. */
export function unpack(text: string): unknown {
  if (text.length > longestText) return undefined;
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(inflateSync(bytes)));
  } catch {
    // Cut off when it was copied, or changed by hand.
    return undefined;
  }
}

/** What differs from the default, for an address or a saved view. */
export function differencesOf(view: WorkspaceView): Record<string, unknown> {
  const differences: Record<string, unknown> = {};
  for (const name of Object.keys(defaultView) as (keyof WorkspaceView)[]) {
    if (name === "settings") continue;
    if (!same(view[name], defaultView[name])) differences[name] = view[name];
  }
  const settings = settingsDifferences(view.settings);
  if (Object.keys(settings).length > 0) differences["settings"] = settings;
  return differences;
}

/** A view from JSON of unknown origin: each part that has the wrong shape is as in the default. */
export function readView(json: unknown): WorkspaceView {
  const given = record(json);
  const view: WorkspaceView = { ...defaultView };
  const read = view as unknown as Record<string, unknown>;
  for (const name of ["search", "order", "panelSearch"]) if (typeof given[name] === "string") read[name] = given[name];
  for (const name of ["groupBy", "columns", "shown", "hidden", "pinned", "sectionOrder"]) {
    if (isTexts(given[name])) read[name] = given[name];
  }
  for (const name of ["baseline", "full"]) if (typeof given[name] === "string") read[name] = given[name];
  if (typeof given["archived"] === "boolean") view.archived = given["archived"];
  if (typeof given["limit"] === "number" && given["limit"] >= 0) view.limit = given["limit"];
  if (given["prefix"] === "last") view.prefix = "last";
  if (Array.isArray(given["conditions"])) view.conditions = given["conditions"].filter(isCondition);
  view.colours = keep(given["colours"], (each) => typeof each === "number");
  view.panels = keep(given["panels"], isRecord);
  view.sections = keep(given["sections"], isRecord);
  view.settings = { ...defaultSettings, ...readSettings(given["settings"]) };
  return view;
}

/** The settings that are there and of the right shape. */
export function readSettings(json: unknown): Partial<ChartSettings> {
  const given = record(json);
  const settings: Partial<ChartSettings> = {};
  const x = given["x"];
  if (typeof x === "string" && /^(auto|step|time|relative|key:.+)$/s.test(x)) settings.x = x as ChartSettings["x"];
  for (const name of ["logX", "logY", "clipOutliers", "showOriginal", "zoomTogether"] as const) {
    if (typeof given[name] === "boolean") settings[name] = given[name];
  }
  const smoothing = record(given["smoothing"]);
  const kinds = ["none", "twema", "ema", "gaussian", "mean"] as const;
  const kind = kinds.find((each) => each === smoothing["kind"]);
  const amount = smoothing["amount"];
  if (kind && typeof amount === "number") settings.smoothing = { kind, amount: Math.min(1, Math.max(0, amount)) };
  const grouping = record(given["grouping"]);
  const line = (["mean", "median", "min", "max"] as const).find((each) => each === grouping["line"]);
  const band = (["minmax", "std", "stderr", "none"] as const).find((each) => each === grouping["band"]);
  if (line && band) settings.grouping = { by: isTexts(grouping["by"]) ? grouping["by"] : [], line, band };
  return settings;
}

function settingsDifferences(settings: ChartSettings): Partial<ChartSettings> {
  const names = Object.keys(defaultSettings) as (keyof ChartSettings)[];
  return Object.fromEntries(names.filter((name) => !same(settings[name], defaultSettings[name])).map((name) => [name, settings[name]]));
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function record(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

function isCondition(value: unknown): value is Condition {
  const { field, operator, value: text } = record(value);
  return typeof field === "string" && typeof text === "string" && OPERATORS.some((each) => each.operator === operator);
}

function keep<T>(value: unknown, right: (each: unknown) => boolean): Record<string, T> {
  return Object.fromEntries(Object.entries(record(value)).filter(([, each]) => right(each))) as Record<string, T>;
}
