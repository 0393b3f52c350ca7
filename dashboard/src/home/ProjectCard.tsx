import { Link } from "wouter";

import type { Project } from "../api/types";
import { projectAddress, runAddress } from "../app/addresses";
import { runColour } from "../ui/colours";
import { formatAgo, formatDuration, formatNumber, formatTime, plural } from "../ui/format";
import { StateDot } from "../ui/StateDot";
import { useTheme } from "../ui/theme";
import styles from "./ProjectCard.module.css";
import { Sparkline } from "./Sparkline";

/** A project with its newest runs. */
export function ProjectCard({ project }: { project: Project }) {
  const theme = useTheme();
  const runs = project.runs - project.archived;
  const keys = new Set(project.recent.flatMap((run) => (run.spark ? [run.spark.key] : [])));
  const [shared] = keys.size === 1 ? keys : [];
  return (
    <article className={styles["card"]}>
      <header className={styles["head"]}>
        <h2>
          <Link href={projectAddress(project.name)}>{project.name}</Link>
        </h2>
        {project.running > 0 && (
          <span className={styles["running"]}>
            <StateDot state="running" /> {project.running} running
          </span>
        )}
        <span className={styles["note"]} title={`Last heard of ${formatTime(project.last_time)}`}>
          {plural(runs, "run")} · {formatAgo(project.last_time)}
        </span>
      </header>
      {project.recent.length === 0 ? (
        <p className={styles["none"]}>All its runs are archived.</p>
      ) : (
        <ul>
          {shared !== undefined && (
            <li className={styles["key"]} title={shared} aria-hidden>
              {shared}
            </li>
          )}
          {project.recent.map((run) => (
            <li key={run.id}>
              <Link href={runAddress(project.name, run.id)} className={styles["run"]}>
                <StateDot state={run.state} />
                <span className={styles["name"]} title={run.name}>
                  {run.name}
                </span>
                <span className={styles["spark"]}>
                  {run.spark && <Sparkline spark={run.spark} colour={runColour(project.name, run.id, theme)} />}
                </span>
                <span className={styles["last"]} title={run.spark?.key}>
                  {run.spark ? formatNumber(run.spark.values.findLast((value) => value !== null), 3) : ""}
                </span>
                <span className={styles["when"]} title={formatTime(run.created_at)}>
                  {run.state === "running" ? formatDuration(run.runtime_s) : formatAgo(run.created_at)}
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </article>
  );
}
