import type { Columns } from "../api/types";
import { PanelDialog } from "./PanelDialog";
import type { Section } from "./sections";
import type { PanelConfig, RunView } from "./view";

/** Properties of a `PanelEditor`. */
export interface PanelEditorProps {
  project: string;
  columns: Columns | undefined;
  runs: RunView[];
  section: Section;
  panel: PanelConfig;
  onClose: () => void;
  onSave: (panel: PanelConfig) => void;
}

/** Changes a panel that is there. */
export function PanelEditor({ section, panel, ...rest }: PanelEditorProps) {
  return <PanelDialog {...rest} settings={section.settings} panel={panel} />;
}
