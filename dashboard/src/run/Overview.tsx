import { useMemo } from "react";
import { Copy, TriangleAlert } from "lucide-react";

import type { RunDetail } from "../api/types";
import { copyText } from "../ui/CopySnippet";
import { formatTime, formatValue } from "../ui/format";
import { IconButton } from "../ui/IconButton";
import { toast } from "../ui/Toasts";
import { EditableNotes } from "./EditableNotes";
import { Facts } from "./Facts";
import { factsOf } from "./facts";
import styles from "./Overview.module.css";
import { Section } from "./Section";
import { useRunEdit } from "./useRunEdit";
import { ValueTree } from "./ValueTree";

/** The first tab of a run: what went wrong, notes, results and inputs, and where it ran. */
export function Overview({ run }: { run: RunDetail }) {
  const edit = useRunEdit(run.project, run.id);
  const groups = useMemo(() => factsOf(run), [run]);
  const unreadable = Object.entries(run.unreadable);
  return (
    <div className={styles["page"]}>
      <div className={styles["wide"]}>
        {unreadable.length > 0 && (
          <div role="alert" className={styles["problem"]}>
            <TriangleAlert aria-hidden />
            <div>
              {unreadable.map(([journal, why]) => (
                <p key={journal}>
                  <code>{journal}</code>: {why}
                </p>
              ))}
            </div>
          </div>
        )}
        {run.error !== null && <Traceback error={formatValue(run.error)} />}
        <EditableNotes notes={run.notes} onSave={(notes) => edit({ notes })} />
        {run.alerts.length > 0 && <Alerts run={run} />}
      </div>
      <div className={styles["columns"]}>
        <div className={styles["values"]}>
          <ValueTree title="Summary" values={run.summary} empty="Nothing was logged yet." />
          <ValueTree title="Config" values={run.config} empty="This run has no config: give it with trailmark.init(config=…)." />
        </div>
        <aside className={styles["aside"]} aria-label="About the run">
          <Facts groups={groups} />
        </aside>
      </div>
    </div>
  );
}

function Traceback({ error }: { error: string }) {
  const last = error.trim().split("\n").at(-1) ?? error;
  return (
    <section className={styles["error"]} aria-label="Error">
      <h2>
        {last}
        <IconButton small label="Copy the traceback" icon={<Copy />} onClick={() => { void copyText(error).then(() => { toast("Copied"); }); }} />
      </h2>
      {error.trim() !== last && (
        <pre tabIndex={0} aria-label="Traceback">
          {error}
        </pre>
      )}
    </section>
  );
}

function Alerts({ run }: { run: RunDetail }) {
  return (
    <Section title="Alerts" note={run.alerts.length}>
      <ul className={styles["alerts"]}>
        {run.alerts.map((alert, index) => (
          <li key={index} className={styles["alert"]} data-level={alert.level.toLowerCase()}>
            <span className={styles["level"]}>{alert.level.toLowerCase()}</span>
            <span className={styles["words"]}>
              <strong>{alert.title}</strong> {alert.text !== alert.title && alert.text}
            </span>
            <time>{formatTime(alert.time)}</time>
          </li>
        ))}
      </ul>
    </Section>
  );
}
