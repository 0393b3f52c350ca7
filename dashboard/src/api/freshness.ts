/** Keeps loaded data fresh: what a change says outright is put into the cache, what it only hints at is loaded again, at most every so often. */

import { type QueryClient, type QueryKey, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { groupBy } from "../ui/group";
import { feed } from "./feed";
import { keys } from "./queries";
import type { Brief, Change, Columns, Project, RunChange, RunDetail, RunPage } from "./types";

// A list that re-sorts itself more often than this cannot be read, and 20 runs at 10 Hz would ask all the time.
const listEveryMs = 2_000;
const runEveryMs = 1_000;
const homeEveryMs = 3_000;

/** Follow the feed for as long as the component is mounted; once in the page. */
export function useFreshness(): void {
  const client = useQueryClient();
  useEffect(() => {
    const freshness = new Freshness(client);
    const stops = [
      feed.onChange((change) => {
        freshness.take(change);
      }),
      feed.onStatus((status) => {
        client.setQueryData(keys.status(), status);
      }),
    ];
    feed.open();
    return () => {
      for (const stop of stops) stop();
      freshness.stop();
      feed.close();
    };
  }, [client]);
}

/** Puts changes into the cache of a client. */
export class Freshness {
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(private readonly client: QueryClient) {}

  /** Take a change in. */
  take(change: Change): void {
    const byProject = groupBy(change.runs, (run) => run.project);
    for (const [project, runs] of byProject) this.takeRuns(project, runs);
    for (const { project, id } of change.removed) {
      this.again(["runs", project], listEveryMs);
      this.again(["run", project, id], runEveryMs);
      this.again(keys.columns(project), listEveryMs);
    }
    if (change.projects) this.again(keys.projects(), 0);
    else if (change.runs.length + change.removed.length > 0) this.again(keys.projects(), homeEveryMs);
    this.patchHome(change.runs);
  }

  /** Forget what was still to be loaded. */
  stop(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }

  private takeRuns(project: string, runs: RunChange[]): void {
    const changed = new Map(runs.map((run) => [run.id, run]));
    this.client.setQueriesData<RunPage>({ queryKey: ["runs", project] }, (page) => page && patchPage(page, changed));
    for (const run of runs) {
      this.client.setQueryData<RunDetail>(keys.run(project, run.id), (detail) => detail && { ...detail, ...news(run) });
      const parts = partsOf(run);
      if (parts.has("")) this.again(keys.run(project, run.id), runEveryMs, true);
      if (parts.has("files")) this.again(keys.run(project, run.id, "files"), runEveryMs);
      if (parts.has("code")) this.again(keys.run(project, run.id, "code"), runEveryMs);
    }
    const fields = new Set(runs.flatMap((run) => run.fields));
    if (runs.some((run) => run.created) || fields.has("identity") || fields.has("config") || fields.has("summary")) {
      this.again(["runs", project], listEveryMs);
    }
    if (this.hasNewColumns(project, runs)) this.again(keys.columns(project), listEveryMs);
    if (fields.has("artifacts")) this.again(["artifacts", project], listEveryMs);
    if (fields.has("identity")) this.again(["alerts"], listEveryMs);
  }

  private hasNewColumns(project: string, runs: RunChange[]): boolean {
    const columns = this.client.getQueryData<Columns>(keys.columns(project));
    if (!columns) return true;
    if (runs.some((run) => run.created || run.fields.includes("config") || run.fields.includes("identity"))) return true;
    const known = new Set(columns.keys.map((key) => key.key));
    return runs.some(
      (run) => (run.keys === undefined && run.fields.includes("series")) || Object.keys(run.keys ?? {}).some((key) => !known.has(key)),
    );
  }

  private patchHome(runs: RunChange[]): void {
    const changed = new Map(runs.map((run) => [`${run.project}/${run.id}`, run]));
    this.client.setQueryData<Project[]>(keys.projects(), (projects) =>
      projects?.map((project) => ({
        ...project,
        last_time: runs.reduce((last, run) => (run.project === project.name ? Math.max(last, run.last_time) : last), project.last_time),
        recent: project.recent.map((brief) => {
          const run = changed.get(`${project.name}/${brief.id}`);
          return run ? { ...brief, ...news(run) } : brief;
        }),
      })),
    );
  }

  /** Load again what begins with a key: at once if that was not done for `everyMs`, else when they are over. */
  private again(queryKey: QueryKey, everyMs: number, exact = false): void {
    const name = JSON.stringify(queryKey);
    if (this.timers.has(name)) return;
    this.timers.set(
      name,
      setTimeout(() => {
        this.timers.delete(name);
        void this.client.invalidateQueries({ queryKey, exact });
      }, everyMs),
    );
  }
}

/** The fields of a Brief that a change tells. */
export function news(run: RunChange): Pick<Brief, "state" | "name" | "last_step" | "last_time" | "runtime_s" | "rows" | "revision"> {
  const { state, name, last_step, last_time, runtime_s, rows, revision } = run;
  return { state, name, last_step, last_time, runtime_s, rows, revision };
}

function patchPage(page: RunPage, changed: Map<string, RunChange>): RunPage {
  if (!page.runs?.some((run) => changed.has(run.id))) return page;
  return {
    ...page,
    runs: page.runs.map((run) => {
      const change = changed.get(run.id);
      return change ? { ...run, ...news(change) } : run;
    }),
  };
}

function partsOf(run: RunChange): Set<string> {
  const parts = new Set<string>();
  for (const field of run.fields) {
    if (field === "files" || field === "media") parts.add("files");
    if (field === "identity" || field === "config") parts.add("code").add("");
    if (field === "summary" || field === "artifacts") parts.add("");
  }
  return parts;
}
