import { Search } from "lucide-react";
import { useState } from "react";

import { useProjects, useStatus } from "../api/queries";
import { ErrorState } from "../ui/EmptyState";
import { plural } from "../ui/format";
import { Spinner } from "../ui/Spinner";
import { TextField } from "../ui/TextField";
import styles from "./HomePage.module.css";
import { Problems } from "./Problems";
import { ProjectCard } from "./ProjectCard";
import { Welcome } from "./Welcome";

// Fewer are seen at a glance.
const searchFrom = 8;

/** All projects with their newest runs; without any, how to make the first. */
export function HomePage() {
  const projects = useProjects();
  const status = useStatus();
  const [search, setSearch] = useState("");
  if (projects.error) return <ErrorState error={projects.error} onRetry={() => void projects.refetch()} />;
  if (!projects.data) return <Spinner centred label="Loading projects" />;
  const busy = status.data?.indexing.busy === true;
  if (projects.data.length === 0) return <Welcome root={status.data?.root} busy={busy} />;
  const found = projects.data
    .filter((project) => project.name.toLowerCase().includes(search.toLowerCase()))
    .sort((a, b) => b.last_time - a.last_time);
  const running = projects.data.reduce((sum, project) => sum + project.running, 0);
  const runs = projects.data.reduce((sum, project) => sum + project.runs, 0);
  return (
    <div className={styles["home"]}>
      <header className={styles["head"]}>
        <h1>Projects</h1>
        <p>
          {plural(projects.data.length, "project")}, {plural(runs, "run")}
          {running > 0 && `, ${running} running now`}
        </p>
        {projects.data.length >= searchFrom && (
          <div className={styles["search"]}>
            <TextField label="Find a project" placeholder="Find a project" icon={<Search />} clearable value={search} onChange={setSearch} />
          </div>
        )}
      </header>
      <Problems problems={status.data?.problems ?? []} />
      <ul className={styles["cards"]}>
        {found.map((project) => (
          <li key={project.name}>
            <ProjectCard project={project} />
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className={styles["none"]}>No project has “{search}” in its name.</p>}
    </div>
  );
}
