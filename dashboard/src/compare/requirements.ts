/** Differences of the packages of runs, as `requirements.txt` tells them. */

/** A package and its version in each of the runs; null where it is not installed. */
export interface PackageRow {
  name: string;
  versions: (string | null)[];
  differs: boolean;
}

/** Packages of a `requirements.txt` by their normal names (PEP 503: lower case, one hyphen). */
export function parseRequirements(text: string | null): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of (text ?? "").split("\n")) {
    const match = /^\s*([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*(?:===?|@)\s*([^\s;#]+)/.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined) found.set(match[1].toLowerCase().replace(/[-_.]+/g, "-"), match[2]);
  }
  return found;
}

/** One row a package; those that differ first, then by name. */
export function compareRequirements(texts: readonly (string | null)[]): PackageRow[] {
  const packages = texts.map(parseRequirements);
  const names = new Set(packages.flatMap((known) => [...known.keys()]));
  const rows = [...names].map((name): PackageRow => {
    const versions = packages.map((known) => known.get(name) ?? null);
    return { name, versions, differs: versions.some((version) => version !== versions[0]) };
  });
  return rows.sort((a, b) => Number(b.differs) - Number(a.differs) || a.name.localeCompare(b.name));
}
