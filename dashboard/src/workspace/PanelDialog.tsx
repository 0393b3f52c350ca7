import { useMemo, useRef, useState } from "react";

import type { Columns, Key } from "../api/types";
import { panelKind, panelKinds } from "../panels/registry";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Select } from "../ui/Select";
import { TextField } from "../ui/TextField";
import { useSize } from "../ui/useSize";
import { newPanelId } from "./edits";
import { KeyPicker } from "./KeyPicker";
import { PanelBody } from "./PanelBody";
import styles from "./PanelDialog.module.css";
import { titleOf } from "./sections";
import type { ChartSettings, PanelConfig, PanelKind, RunView } from "./view";

/** Properties of a `PanelDialog`; `panel: null` makes a new one. */
export interface PanelDialogProps {
  project: string;
  columns: Columns | undefined;
  runs: RunView[];
  settings: ChartSettings;
  panel: PanelConfig | null;
  onClose: () => void;
  onSave: (panel: PanelConfig) => void;
}

/** Makes or changes a panel: its kind, title, keys and settings, with the panel itself beside them. */
export function PanelDialog({ project, columns, runs, settings, panel, onClose, onSave }: PanelDialogProps) {
  const [draft, setDraft] = useState<PanelConfig>(() => panel ?? newPanel());
  const kind = panelKind(draft.kind);
  const keys = useMemo(() => keysFor(kind, columns), [kind, columns]);
  const ready = kind !== undefined && (kind.columns === true || draft.keys.length > 0);
  return (
    <Dialog
      title={panel === null ? "New panel" : `Edit “${titleOf(panel)}”`}
      size="wide"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button tone="primary" disabled={!ready} onClick={() => { onSave(draft); }}>
            {panel === null ? "Add" : "Save"}
          </Button>
        </>
      }
    >
      <div className={styles["dialog"]}>
        <div className={styles["form"]}>
          <Select
            label="Kind"
            labelled
            value={draft.kind}
            options={panelKinds.map((each) => ({ value: each.kind, label: each.label }))}
            onChange={(next) => {
              setDraft(ofKind(draft, panelKind(next), columns));
            }}
          />
          {kind && <p className={styles["about"]}>{kind.about}</p>}
          <TextField
            label="Title"
            labelled
            placeholder={titleOf({ ...draft, title: undefined } as unknown as PanelConfig)}
            value={draft.title ?? ""}
            onChange={(title) => {
              const { title: _title, ...rest } = draft;
              setDraft(title === "" ? rest : { ...rest, title });
            }}
          />
          {kind && !kind.columns && (
            <KeyPicker
              keys={keys}
              chosen={draft.keys}
              several={kind.several === true}
              onChange={(chosen) => {
                setDraft(withKeys(draft, chosen, keys));
              }}
            />
          )}
          {kind?.Settings && (
            <kind.Settings project={project} config={draft} runs={runs} settings={settings} width={260} height={0} fullScreen={false} onChange={setDraft} />
          )}
        </div>
        <Preview project={project} draft={draft} runs={runs} settings={settings} ready={ready} onChange={setDraft} />
      </div>
    </Dialog>
  );
}

interface PreviewProps {
  project: string;
  draft: PanelConfig;
  runs: RunView[];
  settings: ChartSettings;
  ready: boolean;
  onChange: (panel: PanelConfig) => void;
}

function Preview({ project, draft, runs, settings, ready, onChange }: PreviewProps) {
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  return (
    <div ref={box} className={styles["preview"]}>
      {ready && width > 0 ? (
        <PanelBody project={project} config={draft} runs={runs} settings={settings} width={width} height={340} fullScreen={false} onChange={onChange} />
      ) : (
        <p>Choose what it shows.</p>
      )}
    </div>
  );
}

function newPanel(): PanelConfig {
  return { id: newPanelId(), kind: panelKinds[0]?.kind ?? "line", keys: [], width: 1, height: 12, options: {} };
}

function keysFor(kind: PanelKind | undefined, columns: Columns | undefined): Key[] {
  return kind ? (columns?.keys ?? []).filter((key) => kind.accepts(key)) : [];
}

function ofKind(draft: PanelConfig, kind: PanelKind | undefined, columns: Columns | undefined): PanelConfig {
  if (!kind) return draft;
  const able = new Set(keysFor(kind, columns).map((key) => key.key));
  const keys = draft.keys.filter((key) => able.has(key));
  return { ...draft, kind: kind.kind, keys: kind.several ? keys : keys.slice(0, 1), options: {}, ...(kind.size ?? {}) };
}

function withKeys(draft: PanelConfig, chosen: string[], keys: Key[]): PanelConfig {
  const streams = new Set(keys.filter((key) => chosen.includes(key.key)).map((key) => key.stream));
  const { stream: _stream, ...options } = draft.options;
  return { ...draft, keys: chosen, options: streams.size === 1 && streams.has("system") ? { ...options, stream: "system" } : options };
}
