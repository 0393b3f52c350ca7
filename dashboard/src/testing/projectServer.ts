/** A server of one project that component tests talk to: it keeps runs in memory and answers as docs/http.md says. */

import { vi } from "vitest";

import type { Brief, Columns, RunEdit, RunQuery, RunsEdit, Status } from "../api/types";

/** A run with these parts of it given. */
export function brief(id: string, part: Partial<Brief> = {}): Brief {
  return {
    id, project: "p", name: id, state: "finished", tags: [], group: null, job_type: null, archived: false, deleted: false, notes: null, host: "h", user: null,
    created_at: 1_700_000_000, last_time: 1_700_000_100, runtime_s: 100, last_step: 10, rows: 10, revision: 1, columns: {}, ...part,
  }; // prettier-ignore
}

/** Serve project `p` with these runs to `fetch` for one test; the returned array follows edits. */
export function serveProject(runs: Brief[], columns: Partial<Columns> = {}): Brief[] {
  const served = [...runs];
  vi.stubGlobal("fetch", (address: string, init: RequestInit = {}) => Promise.resolve(answer(served, columns, address, init)));
  return served;
}

function answer(runs: Brief[], columns: Partial<Columns>, address: string, { body }: RequestInit): Response {
  const sent: unknown = typeof body === "string" ? JSON.parse(body) : undefined;
  switch (address.replace("/api/v1", "")) {
    case "/status":
      return Response.json({ version: "1", root: "/runs", cursor: 1, indexing: { busy: false, done: 1, total: 1 }, problems: [], access: "none" } satisfies Status);
    case "/projects/p/columns":
      return Response.json({ config: [], summary: [], keys: [], tags: [], groups: [], job_types: [], ...columns } satisfies Columns);
    case "/projects/p/views":
      return Response.json({ views: [] });
    case "/projects/p/runs/query":
      return query(runs, sent as RunQuery);
    case "/projects/p/runs/edit":
      return Response.json(edit(runs, sent as RunsEdit));
    default:
      return refusal(404, `there is no ${address}`);
  }
}

function query(runs: readonly Brief[], { search = "", ids, archived = false, offset = 0, limit = 100 }: RunQuery): Response {
  let pattern: RegExp;
  try {
    pattern = new RegExp(search, "i");
  } catch {
    return refusal(400, `'${search}' is no regular expression`);
  }
  const found = runs.filter((run) => pattern.test(run.name) && (!ids || ids.includes(run.id)) && (archived || !run.archived));
  return Response.json({ total: found.length, runs: found.slice(offset, offset + limit), groups: [], cursor: 1 });
}

function edit(runs: Brief[], { ids, set = {} }: RunsEdit) {
  const undo = runs.filter((run) => ids.includes(run.id)).map((run) => ({ ids: [run.id], set: before(run, set) }));
  runs.splice(0, runs.length, ...runs.map((run) => (ids.includes(run.id) ? ({ ...run, ...set } as Brief) : run)));
  return { changed: ids, undo };
}

function before(run: Brief, set: RunEdit): Record<string, unknown> {
  return Object.fromEntries(Object.keys(set).map((name) => [name, run[name as keyof Brief]]));
}

function refusal(status: number, message: string): Response {
  return Response.json({ error: { kind: "error", message } }, { status });
}
