/** Links to where a run's code is, if the remote of its repository is a web address. */

/** The web page of a repository; null unless the remote is http or https, or a well-known `git@host:path` form of one. */
export function repositoryUrl(remote: string | null | undefined): string | null {
  if (!remote) return null;
  const scp = /^(?:ssh:\/\/)?git@((?:github|gitlab|bitbucket)\.(?:com|org))[:/](.+)$/.exec(remote.trim());
  const address = scp ? `https://${scp[1] ?? ""}/${scp[2] ?? ""}` : remote.trim();
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return null; // a folder, or a form of address that browsers do not know
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") return null;
  url.username = "";
  url.password = "";
  return url.toString().replace(/\.git\/?$/, "").replace(/\/$/, "");
}

/** The page of a commit. */
export function commitUrl(remote: string | null | undefined, commit: string | null | undefined): string | null {
  const base = repositoryUrl(remote);
  if (base === null || !commit || !/^[0-9a-f]{7,64}$/i.test(commit)) return null;
  const host = new URL(base).hostname;
  if (host.includes("gitlab")) return `${base}/-/commit/${commit}`;
  return `${base}/${host.includes("bitbucket") ? "commits" : "commit"}/${commit}`;
}

/** The page of what differs between two commits of one repository. */
export function compareUrl(remote: string | null | undefined, from: string, to: string): string | null {
  const base = repositoryUrl(remote);
  if (base === null || ![from, to].every((commit) => /^[0-9a-f]{7,64}$/i.test(commit))) return null;
  const host = new URL(base).hostname;
  if (host.includes("bitbucket")) return `${base}/branches/compare/${to}..${from}`;
  return `${base}${host.includes("gitlab") ? "/-" : ""}/compare/${from}...${to}`;
}
