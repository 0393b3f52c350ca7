import { useQueryClient } from "@tanstack/react-query";
import { Bookmark, Link2, RotateCcw, Save, Trash2 } from "lucide-react";
import { useState } from "react";

import { del, path, put } from "../api/client";
import { keys, useViews } from "../api/queries";
import { Button } from "../ui/Button";
import { copyText } from "../ui/CopySnippet";
import { Dialog } from "../ui/Dialog";
import { Menu, type MenuItem } from "../ui/Menu";
import { TextField } from "../ui/TextField";
import { toast, toastError } from "../ui/Toasts";
import { removedCount, restorePanels } from "./edits";
import { differencesOf, encodeView, readView } from "./encoding";
import type { ViewPlace, ViewState } from "./useView";
import { defaultView } from "./view";

/** Saved views, a link to this one, and the way back to the automatic one. */
export function ViewMenu({ project, state, place }: { project: string; state: ViewState; place: ViewPlace }) {
  const views = useViews(project);
  const client = useQueryClient();
  const [saving, setSaving] = useState(false);
  const { view, change } = state;
  const refresh = () => client.invalidateQueries({ queryKey: keys.views(project) });

  async function save(name: string) {
    try {
      await put(path("projects", project, "views", name), { kind: place, ...differencesOf({ ...view, full: null }) });
      toast(`View “${name}” saved`);
    } catch (error) {
      toastError(error);
    }
    await refresh();
  }
  async function remove(name: string, kept: unknown) {
    try {
      await del(path("projects", project, "views", name));
      const undo = async () => {
        await put(path("projects", project, "views", name), kept);
        await refresh();
      };
      toast(`View “${name}” removed`, { action: { label: "Undo", run: () => void undo().catch(toastError) } });
    } catch (error) {
      toastError(error);
    }
    await refresh();
  }
  async function copyLink() {
    const parameters = new URLSearchParams(window.location.search);
    const text = encodeView(view);
    if (text === "") parameters.delete("v");
    else parameters.set("v", text);
    const rest = parameters.toString();
    await copyText(window.location.origin + window.location.pathname + (rest === "" ? "" : `?${rest}`));
    toast("Link to this view copied");
  }

  const saved = (views.data ?? []).filter((each) => isOf(place, each.view));
  const removed = removedCount(view);
  const items: MenuItem[] = [
    ...saved.map((each) => ({ label: each.name, icon: <Bookmark />, run: () => { state.take(readView(each.view)); } })),
    ...(saved.length > 0 ? (["-"] as const) : []),
    { label: "Save this view…", icon: <Save />, run: () => { setSaving(true); } },
    { label: "Copy a link to it", icon: <Link2 />, run: () => void copyLink() },
    { label: "Back to the automatic view", icon: <RotateCcw />, run: () => { state.take(defaultView); } },
    ...(removed > 0 ? [{ label: `Bring ${removed} removed back`, icon: <RotateCcw />, run: () => { change(restorePanels(view)); } }] : []),
    ...(saved.length > 0 ? (["-"] as const) : []),
    ...saved.map((each) => ({ label: `Remove “${each.name}”`, icon: <Trash2 />, danger: true, run: () => void remove(each.name, each.view) })),
  ];
  return (
    <>
      <Menu label="Views" align="end" icon={<Bookmark />} items={items}>
        Views
      </Menu>
      {saving && (
        <SaveDialog
          taken={saved.map((each) => each.name)}
          onClose={() => { setSaving(false); }}
          onSave={(name) => {
            setSaving(false);
            void save(name);
          }}
        />
      )}
    </>
  );
}

function SaveDialog({ taken, onClose, onSave }: { taken: string[]; onClose: () => void; onSave: (name: string) => void }) {
  const [name, setName] = useState("");
  const trimmed = name.trim();
  return (
    <Dialog
      title="Save this view"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button tone="primary" type="submit" form="save-view" disabled={trimmed === ""}>
            {taken.includes(trimmed) ? "Replace" : "Save"}
          </Button>
        </>
      }
    >
      <form
        id="save-view"
        onSubmit={(event) => {
          event.preventDefault();
          if (trimmed !== "") onSave(trimmed);
        }}
      >
        <TextField label="Name" labelled autoFocus value={name} onChange={setName} placeholder="Learning rates" />
      </form>
    </Dialog>
  );
}

function isOf(place: ViewPlace, view: unknown): boolean {
  return typeof view === "object" && view !== null && (view as { kind?: unknown }).kind === place;
}
