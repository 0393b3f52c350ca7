import { useMemo } from "react";

import { useColumns } from "../api/queries";
import type { Columns, Key } from "../api/types";
import { PanelBoard } from "./PanelBoard";
import styles from "./RunsBoard.module.css";
import { buildSections } from "./sections";
import { Toolbar } from "./Toolbar";
import { useView, type ViewPlace } from "./useView";
import type { RunView } from "./view";

/** Properties of a `RunsBoard`. */
export interface RunsBoardProps {
  project: string;
  place: ViewPlace;
  runs: RunView[];
  /** What the panels are made of. */
  keys: readonly Key[];
}

/** The panels of given runs with all that a workspace has over them: for pages that have their runs from elsewhere. */
export function RunsBoard({ project, place, runs, keys }: RunsBoardProps) {
  const state = useView(project, place);
  const { data, error, isPending, refetch } = useColumns(project);
  const known = useSteadyKeys(keys);
  const columns = useMemo((): Columns | undefined => data && { ...data, keys: known }, [data, known]);
  const sections = useMemo(() => buildSections(known, state.view), [known, state.view]);
  return (
    <div className={styles["board"]}>
      <Toolbar project={project} state={state} place={place} runs={runs} columns={columns} sections={sections} />
      <PanelBoard project={project} state={state} columns={{ data: columns, error, isPending, refetch }} sections={sections} runs={runs} />
    </div>
  );
}

/** The keys, the same list as long as no panel would differ: of a live run their counts change all the time. */
function useSteadyKeys(keys: readonly Key[]): Key[] {
  const token = JSON.stringify(keys.map(({ points: _points, runs: _runs, ...key }) => key));
  // eslint-disable-next-line react-hooks/exhaustive-deps -- the token tells when the keys changed; the array is often new
  return useMemo(() => [...keys], [token]);
}
