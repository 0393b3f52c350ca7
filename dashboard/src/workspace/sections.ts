/** The sections of a workspace: automatic panels from the keys that were logged, with what a person changed of them. */

import type { Key } from "../api/types";
import { automaticKind, panelKind } from "../panels/registry";
import { systemOptions } from "../run/system";
import { groupBy } from "../ui/group";
import { isWatched, prefixRank } from "./sectionRank";
import type { ChartSettings, PanelConfig, PanelEdit, WorkspaceView } from "./view";

/** A section with its panels in order. */
export interface Section {
  name: string;
  panels: PanelConfig[];
  /** How many there are without the search. */
  total: number;
  collapsed: boolean;
  settings: ChartSettings;
}

/** Where keys without a `/` go. */
export const chartsSection = "Charts";
/** Where logged objects without a `/` go. */
export const mediaSection = "Media";
/** Where the graph and the layers of a watched model go. */
export const modelSection = "Model";
/** Where what was measured beside the script goes. */
export const systemSection = "System";

const normalSize = { width: 1, height: 12 };
const natural = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** The sections of a view, in order; those without a panel that the search finds are left out. */
export function buildSections(keys: readonly Key[], view: WorkspaceView): Section[] {
  const placed = [...automaticPanels(keys, view.prefix), ...addedPanels(view.panels)].flatMap((each) => edited(each, view.panels));
  const bySection = groupBy(placed, (each) => each.section);
  const names = orderSections([...bySection.keys()], view.sectionOrder);
  const found = matcher(view.panelSearch);
  return names.flatMap((name) => {
    const all = orderPanels((bySection.get(name) ?? []).map((each) => each.panel), view.sections[name]?.order ?? []);
    const panels = all.filter(found);
    if (panels.length === 0) return [];
    const chosen = view.sections[name];
    // What is searched for is to be seen.
    const collapsed = view.panelSearch === "" && (chosen?.collapsed ?? name === systemSection);
    return [{ name, panels, total: all.length, collapsed, settings: sectionSettings(view, name) }];
  });
}

/** The settings of a section: its own over those of the workspace. */
export function sectionSettings(view: WorkspaceView, name: string): ChartSettings {
  const settings = { ...view.settings, ...view.sections[name]?.settings };
  const { line, band } = settings.grouping ?? { line: "mean", band: "minmax" };
  return { ...settings, grouping: view.groupBy.length > 0 ? { by: view.groupBy, line, band } : null };
}

/** The section that a key belongs to. */
export function sectionOf(key: Key, prefix: "first" | "last"): string {
  if (key.stream === "system") return systemSection;
  const slash = prefix === "first" ? key.key.indexOf("/") : key.key.lastIndexOf("/");
  if (slash > 0) return key.key.slice(0, slash);
  if (key.kind !== "object") return chartsSection;
  return isWatched(key.key) ? modelSection : mediaSection;
}

/** The words over a panel. */
export function titleOf(panel: PanelConfig): string {
  return panel.title ?? (panel.keys.length > 0 ? panel.keys.join(", ") : (panelKind(panel.kind)?.label ?? panel.kind));
}

/** Whether a panel is found by a search: a regular expression without case, or plain words where it is none. */
export function matcher(search: string): (panel: PanelConfig) => boolean {
  if (search === "") return () => true;
  let test: (text: string) => boolean;
  try {
    const pattern = new RegExp(search, "i");
    test = (text) => pattern.test(text);
  } catch {
    // Half typed, such as `(`.
    test = (text) => text.toLowerCase().includes(search.toLowerCase());
  }
  return (panel) => test(titleOf(panel)) || panel.keys.some(test);
}

interface Placed {
  section: string;
  panel: PanelConfig;
}

function automaticPanels(keys: readonly Key[], prefix: "first" | "last"): Placed[] {
  // What only serves others as x axis says nothing as a chart of its own.
  const axes = new Set(keys.filter((key) => key.step_metric !== key.key).map((key) => key.step_metric));
  const shown = keys.filter((key) => !key.hidden && !axes.has(key.key));
  const logged = shown
    .filter((key) => key.stream === "history")
    .sort((a, b) => a.kind.localeCompare(b.kind) || natural.compare(a.key, b.key))
    .flatMap((key) => automatic(`h:${key.key}`, [key], sectionOf(key, prefix)));
  const system = shown.filter((key) => key.stream === "system").sort((a, b) => natural.compare(a.key, b.key));
  // The same measurement of eight devices is one chart of eight lines.
  const measured = [...groupBy(system, (key) => key.key.replace(/\d+/g, "*"))].flatMap(([name, alike]) =>
    automatic(`s:${name}`, alike, systemSection, alike.length > 1 ? name : undefined),
  );
  return [...logged, ...measured];
}

function automatic(id: string, keys: Key[], section: string, title?: string): Placed[] {
  const first = keys[0];
  const kind = first && automaticKind(first);
  if (!kind) return [];
  const panel: PanelConfig = {
    id,
    kind: kind.kind,
    keys: keys.map((key) => key.key),
    ...(kind.size ?? normalSize),
    options: first.stream === "system" ? systemOptions(keys.map((key) => key.key)) : {},
  };
  return [{ section, panel: title === undefined ? panel : { ...panel, title } }];
}

function addedPanels(edits: Record<string, PanelEdit>): Placed[] {
  return Object.entries(edits).flatMap(([id, edit]) => {
    if (!edit.added || edit.kind === undefined) return [];
    const size = panelKind(edit.kind)?.size ?? normalSize;
    return [{ section: edit.section ?? chartsSection, panel: { id, kind: edit.kind, keys: [], ...size, options: {} } }];
  });
}

function edited({ section, panel }: Placed, edits: Record<string, PanelEdit>): Placed[] {
  const edit = Object.hasOwn(edits, panel.id) ? edits[panel.id] : undefined;
  if (!edit) return [{ section, panel }];
  if (edit.removed) return [];
  const { section: moved, added: _added, removed: _removed, ...changes } = edit;
  return [{ section: moved ?? section, panel: { ...panel, ...changes } }];
}

function orderPanels(panels: PanelConfig[], order: string[]): PanelConfig[] {
  if (order.length === 0) return panels;
  const place = new Map(order.map((id, index) => [id, index]));
  return [...panels].sort((a, b) => (place.get(a.id) ?? order.length) - (place.get(b.id) ?? order.length));
}

function orderSections(names: string[], order: string[]): string[] {
  const rank = (name: string) => {
    const chosen = order.indexOf(name);
    return chosen >= 0 ? chosen : order.length + sectionRank(name);
  };
  return names.sort((a, b) => rank(a) - rank(b) || natural.compare(a, b));
}

// Between the metrics without a prefix and those of `train`: pictures are what one looks at first.
const mediaRank = 1;

function sectionRank(name: string): number {
  if (name === chartsSection) return 0;
  if (name === mediaSection) return mediaRank;
  if (name === modelSection) return mediaRank + 1 + prefixRank("graph");
  return name === systemSection ? Infinity : mediaRank + 1 + prefixRank(name);
}
