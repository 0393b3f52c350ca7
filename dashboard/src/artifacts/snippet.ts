/** Code that uses a version of an artifact, for copying. */

/** Python that downloads a version, in a run or without one. */
export function usageSnippet(project: string, name: string, version: string): { run: string; api: string } {
  const path = JSON.stringify(`${project}/${name}:${version}`);
  return {
    run: [
      "import trailmark",
      "",
      `with trailmark.init(project=${JSON.stringify(project)}) as run:`,
      `    folder = run.use_artifact(${path}).download()`,
    ].join("\n"),
    api: ["import trailmark", "", `folder = trailmark.Api().artifact(${path}).download()`].join("\n"),
  };
}
