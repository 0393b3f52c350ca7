/** What components load: TanStack queries over the client. They are kept fresh by the feed (`freshness.ts`), never by polling. */

import { keepPreviousData, QueryClient, useQuery, type UseQueryResult } from "@tanstack/react-query";

import { ApiError, get, path, post } from "./client";
import type {
  Alert,
  Artifact,
  ArtifactDetail,
  ArtifactManifest,
  Columns,
  ConsolePage,
  Lineage,
  Project,
  RunCode,
  RunDetail,
  RunFile,
  RunPage,
  RunQuery,
  SavedView,
  Status,
} from "./types";

const retries = 2;

/** A client whose data is only fetched again when the feed says that it changed. */
export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: Infinity,
        gcTime: 5 * 60_000,
        refetchOnWindowFocus: false,
        // An answer that says what is wrong will say so again.
        retry: (count, error) => count < retries && (!(error instanceof ApiError) || error.status === 0 || error.status >= 502),
        retryDelay: 800,
      },
    },
  });
}

/** The first parts of query keys; `freshness.ts` finds what to load again by them. */
export const keys = {
  status: () => ["status"] as const,
  projects: () => ["projects"] as const,
  columns: (project: string) => ["columns", project] as const,
  runs: (project: string, query: RunQuery) => ["runs", project, query] as const,
  run: (project: string, run: string, part = "") => ["run", project, run, part] as const,
  artifacts: (project: string, ...rest: string[]) => ["artifacts", project, ...rest] as const,
  views: (project: string) => ["views", project] as const,
  alerts: (project: string | null) => ["alerts", project] as const,
};

/** The state of the server and its index. */
export function useStatus(): UseQueryResult<Status> {
  return useQuery({ queryKey: keys.status(), queryFn: ({ signal }) => get<Status>("/status", signal) });
}

/** All projects, with their newest runs. */
export function useProjects(): UseQueryResult<Project[]> {
  return useQuery({
    queryKey: keys.projects(),
    queryFn: async ({ signal }) => (await get<{ projects: Project[] }>("/projects", signal)).projects,
  });
}

/** The columns and keys of a project. */
export function useColumns(project: string): UseQueryResult<Columns> {
  return useQuery({
    queryKey: keys.columns(project),
    queryFn: ({ signal }) => get<Columns>(path("projects", project, "columns"), signal),
  });
}

/** A page of runs, or their groups. While another page loads, the one before stays. `enabled: false` asks for nothing. */
export function useRuns(project: string, query: RunQuery, enabled = true): UseQueryResult<RunPage> {
  return useQuery<RunPage>({ ...runsQuery(project, query), enabled, placeholderData: keepPreviousData });
}

/** The options of that query, for `useQueries` and prefetching. */
export function runsQuery(project: string, query: RunQuery) {
  return {
    queryKey: keys.runs(project, query),
    queryFn: ({ signal }: { signal: AbortSignal }) => post<RunPage>(path("projects", project, "runs", "query"), query, signal),
  };
}

/** A run whole. */
export function useRun(project: string, run: string): UseQueryResult<RunDetail> {
  return useQuery(runQuery(project, run));
}

/** The options of that query, for `useQueries`. */
export function runQuery(project: string, run: string) {
  return {
    queryKey: keys.run(project, run),
    queryFn: ({ signal }: { signal: AbortSignal }) => get<RunDetail>(path("projects", project, "runs", run), signal),
  };
}

/** The files of a run. */
export function useFiles(project: string, run: string): UseQueryResult<RunFile[]> {
  return useQuery({
    queryKey: keys.run(project, run, "files"),
    queryFn: async ({ signal }) =>
      (await get<{ files: RunFile[] }>(path("projects", project, "runs", run, "files"), signal)).files,
  });
}

/** Where the code of a run came from. */
export function useCode(project: string, run: string): UseQueryResult<RunCode> {
  return useQuery({
    queryKey: keys.run(project, run, "code"),
    queryFn: ({ signal }) => get<RunCode>(path("projects", project, "runs", run, "code"), signal),
  });
}

/** A page of console lines; a negative `first` counts from the end. */
export function getConsole(project: string, run: string, first: number, count: number, signal?: AbortSignal): Promise<ConsolePage> {
  return get<ConsolePage>(`${path("projects", project, "runs", run, "console")}?first=${first}&count=${count}`, signal);
}

/** The artifacts of a project. */
export function useArtifacts(project: string): UseQueryResult<Artifact[]> {
  return useQuery({
    queryKey: keys.artifacts(project),
    queryFn: async ({ signal }) =>
      (await get<{ artifacts: Artifact[] }>(path("projects", project, "artifacts"), signal)).artifacts,
  });
}

/** An artifact with all its versions. */
export function useArtifact(project: string, name: string): UseQueryResult<ArtifactDetail> {
  return useQuery({
    queryKey: keys.artifacts(project, name),
    queryFn: ({ signal }) => get<ArtifactDetail>(path("projects", project, "artifacts", name), signal),
  });
}

/** One version with its manifest. */
export function useArtifactVersion(project: string, name: string, version: string): UseQueryResult<ArtifactManifest> {
  return useQuery({
    queryKey: keys.artifacts(project, name, version),
    queryFn: ({ signal }) => get<ArtifactManifest>(path("projects", project, "artifacts", name, version), signal),
  });
}

/** What a version was made from, and what was made from it. */
export function useLineage(project: string, name: string, version: string): UseQueryResult<Lineage> {
  return useQuery({
    queryKey: keys.artifacts(project, name, version, "lineage"),
    queryFn: ({ signal }) => get<Lineage>(path("projects", project, "artifacts", name, version, "lineage"), signal),
  });
}

/** The saved views of a project. */
export function useViews(project: string): UseQueryResult<SavedView[]> {
  return useQuery({
    queryKey: keys.views(project),
    queryFn: async ({ signal }) => (await get<{ views: SavedView[] }>(path("projects", project, "views"), signal)).views,
  });
}

/** The newest alerts, of one project or of all. */
export function useAlerts(project: string | null): UseQueryResult<Alert[]> {
  return useQuery({
    queryKey: keys.alerts(project),
    queryFn: async ({ signal }) =>
      (await get<{ alerts: Alert[] }>(`/alerts?limit=100${project ? `&project=${encodeURIComponent(project)}` : ""}`, signal)).alerts,
  });
}
