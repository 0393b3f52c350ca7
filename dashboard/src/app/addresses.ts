/** The addresses of pages, as docs/http.md and the server have them. */

/** The workspace of a project. */
export function projectAddress(project: string): string {
  return `/p/${encodeURIComponent(project)}`;
}

/** The runs table of a project. */
export function tableAddress(project: string): string {
  return `${projectAddress(project)}/table`;
}

/** A run, at one of its tabs. */
export function runAddress(project: string, run: string, tab?: "charts" | "system" | "logs" | "files" | "code" | "artifacts"): string {
  return `${projectAddress(project)}/runs/${encodeURIComponent(run)}${tab ? `/${tab}` : ""}`;
}

/** Runs side by side. */
export function compareAddress(project: string, runs: readonly string[]): string {
  return `${projectAddress(project)}/compare?runs=${runs.map(encodeURIComponent).join(",")}`;
}

/** The artifacts of a project, one of them, or one of its versions. */
export function artifactAddress(project: string, name?: string, version?: string): string {
  return [`${projectAddress(project)}/artifacts`, ...[name, version].filter((part) => part !== undefined).map(encodeURIComponent)].join("/");
}
