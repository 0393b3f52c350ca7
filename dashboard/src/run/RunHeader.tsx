import { Archive, ArchiveRestore, EllipsisVertical, GitCompareArrows, Hash, Trash2 } from "lucide-react";
import { useLocation } from "wouter";

import type { RunDetail } from "../api/types";
import { compareAddress, tableAddress } from "../app/addresses";
import { useEdits } from "../table/useEdits";
import { runColour } from "../ui/colours";
import { copyText } from "../ui/CopySnippet";
import { formatAgo, formatDuration, formatTime } from "../ui/format";
import { Menu } from "../ui/Menu";
import { StateDot } from "../ui/StateDot";
import { useTheme } from "../ui/theme";
import { toast } from "../ui/Toasts";
import { useRuntime } from "./duration";
import { EditableLine } from "./EditableLine";
import styles from "./RunHeader.module.css";
import { TagEditor } from "./TagEditor";
import { useRunEdit } from "./useRunEdit";

/** The head of the run page: name, state, time and tags, edited in place, and what can be done to the run. */
export function RunHeader({ run }: { run: RunDetail }) {
  const edit = useRunEdit(run.project, run.id);
  const theme = useTheme();
  const runtime = useRuntime(run);
  return (
    <header className={styles["header"]}>
      <div className={styles["line"]}>
        <span className={styles["colour"]} style={{ background: runColour(run.project, run.id, theme) }} />
        <h1 className={styles["name"]}>
          <EditableLine label="Name of the run" value={run.name} onSave={(name) => edit({ name })} />
        </h1>
        {run.archived && <span className={styles["mark"]}>archived</span>}
        {run.deleted && <span className={styles["mark"]}>deleted</span>}
        <RunMenu run={run} />
      </div>
      <div className={styles["facts"]}>
        <StateDot state={run.state} words />
        <span title="Time spent running">{formatDuration(run.state === "running" ? Math.floor(runtime) : runtime)}</span>
        <span title={formatTime(run.created_at, true)}>{formatAgo(run.created_at)}</span>
        {run.last_step !== null && <span>step {run.last_step.toLocaleString("en-US")}</span>}
        {run.group !== null && run.group !== "" && <span>group {run.group}</span>}
        {run.job_type !== null && run.job_type !== "" && <span>{run.job_type}</span>}
        <TagEditor tags={run.tags} project={run.project} onSave={(tags) => edit({ tags })} />
      </div>
    </header>
  );
}

function RunMenu({ run }: { run: RunDetail }) {
  const edit = useEdits(run.project);
  const [, navigate] = useLocation();
  const ids = [run.id];
  return (
    <Menu
      label="More about this run"
      icon={<EllipsisVertical />}
      align="end"
      items={[
        {
          label: "Compare with others",
          icon: <GitCompareArrows />,
          run: () => {
            navigate(compareAddress(run.project, ids));
          },
        },
        {
          label: "Copy its path for Api().run",
          icon: <Hash />,
          run: () => {
            void copyText(`${run.project}/${run.id}`).then(() => {
              toast("Copied");
            });
          },
        },
        "-",
        {
          label: run.archived ? "Unarchive" : "Archive",
          icon: run.archived ? <ArchiveRestore /> : <Archive />,
          run: () => void edit({ ids, set: { archived: !run.archived }, done: run.archived ? "Brought back" : "Archived" }),
        },
        {
          label: "Delete",
          icon: <Trash2 />,
          danger: true,
          run: () => {
            void edit({ ids, set: { deleted: true }, done: `Deleted ${run.name}` }).then((done) => {
              if (done) navigate(tableAddress(run.project));
            });
          },
        },
      ]}
    />
  );
}
