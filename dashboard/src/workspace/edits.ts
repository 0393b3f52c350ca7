/** Changes of a view: each takes a view and gives the parts of it that change. */

import type { Section } from "./sections";
import type { PanelConfig, PanelEdit, SectionView, WorkspaceView } from "./view";

/** Parts of a view. */
export type ViewChange = Partial<WorkspaceView>;

/** Keep what a panel's component or dialog changed; only what differs from the automatic panel is kept. */
export function changePanel(view: WorkspaceView, before: PanelConfig, after: PanelConfig): ViewChange {
  const edit: PanelEdit = { ...view.panels[before.id] };
  for (const name of ["kind", "keys", "width", "height", "options"] as const) {
    if (JSON.stringify(before[name]) !== JSON.stringify(after[name])) Object.assign(edit, { [name]: after[name] });
  }
  if (after.title !== before.title) {
    if (after.title === undefined) delete edit.title;
    else edit.title = after.title;
  }
  return { panels: { ...view.panels, [before.id]: edit } };
}

/** Put a panel into a section, at its end or after another panel. */
export function addPanel(view: WorkspaceView, section: Section | string, panel: PanelConfig, after?: string): ViewChange {
  const { id, kind, title, keys, width, height, options } = panel;
  const name = typeof section === "string" ? section : section.name;
  const edit: PanelEdit = { added: true, section: name, kind, keys, width, height, options };
  if (title !== undefined) edit.title = title;
  const panels = { ...view.panels, [id]: edit };
  if (typeof section === "string" || after === undefined) return { panels };
  const order = section.panels.map((each) => each.id);
  order.splice(order.indexOf(after) + 1, 0, id);
  return { panels, ...changeSection(view, name, { order }) };
}

/** Take a panel out; an automatic one is remembered as removed. */
export function removePanel(view: WorkspaceView, id: string): ViewChange {
  const panels = { ...view.panels };
  if (panels[id]?.added) {
    // Typed by `Object.entries`: nothing is left of an added panel.
    return { panels: Object.fromEntries(Object.entries(panels).filter(([each]) => each !== id)) };
  }
  panels[id] = { ...panels[id], removed: true };
  return { panels };
}

/** Move a panel before another one of a section, or to its end with null. `sections` are those on screen. */
export function movePanel(view: WorkspaceView, sections: Section[], id: string, to: string, before: string | null): ViewChange {
  const target = sections.find((section) => section.name === to);
  const ids = (target?.panels ?? []).map((panel) => panel.id).filter((each) => each !== id);
  const place = before === null ? ids.length : ids.indexOf(before);
  ids.splice(place < 0 ? ids.length : place, 0, id);
  const from = sections.find((section) => section.panels.some((panel) => panel.id === id));
  const change = changeSection(view, to, { order: ids });
  if (from?.name === to) return change;
  return { ...change, panels: { ...view.panels, [id]: { ...view.panels[id], section: to } } };
}

/** Move a panel by so many places within its section. */
export function movePanelBy(view: WorkspaceView, section: Section, id: string, by: number): ViewChange {
  const ids = section.panels.map((panel) => panel.id);
  const from = ids.indexOf(id);
  const to = Math.max(0, Math.min(ids.length - 1, from + by));
  if (from < 0 || to === from) return {};
  ids.splice(from, 1);
  ids.splice(to, 0, id);
  return changeSection(view, section.name, { order: ids });
}

/** Change something of a section. */
export function changeSection(view: WorkspaceView, name: string, change: SectionView): ViewChange {
  return { sections: { ...view.sections, [name]: { ...view.sections[name], ...change } } };
}

/** Move a section up (-1) or down (1). */
export function moveSection(sections: Section[], name: string, by: number): ViewChange {
  const names = sections.map((section) => section.name);
  const from = names.indexOf(name);
  const to = from + by;
  if (from < 0 || to < 0 || to >= names.length) return {};
  names.splice(from, 1);
  names.splice(to, 0, name);
  return { sectionOrder: names };
}

/** Fold or unfold all sections. */
export function foldAll(view: WorkspaceView, names: string[], collapsed: boolean): ViewChange {
  return { sections: { ...view.sections, ...Object.fromEntries(names.map((name) => [name, { ...view.sections[name], collapsed }])) } };
}

/** How many panels a person removed, to offer to bring them back. */
export function removedCount(view: WorkspaceView): number {
  return Object.values(view.panels).filter((edit) => edit.removed).length;
}

/** Bring removed panels back. */
export function restorePanels(view: WorkspaceView): ViewChange {
  const panels = Object.entries(view.panels).map(([id, edit]): [string, PanelEdit] => {
    const { removed: _removed, ...rest } = edit;
    return [id, rest];
  });
  return { panels: Object.fromEntries(panels) };
}

/** A name for a new panel. */
export function newPanelId(): string {
  return `p:${Math.random().toString(36).slice(2, 8)}`;
}

