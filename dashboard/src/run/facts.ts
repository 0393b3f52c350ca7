/** The facts about where and how a run ran, as lines for reading. `docs/capture.md` says what the environment holds. */

import type { RunDetail, Value } from "../api/types";
import { runAddress } from "../app/addresses";
import { formatBytes, formatTime, formatValue } from "../ui/format";
import { commitUrl, repositoryUrl } from "./git";

/** One line: what, its value, and where it leads: `page` in the dashboard, `url` elsewhere. `code` is shown in a fixed-width font. */
export interface Fact {
  name: string;
  value: string;
  url?: string;
  page?: string;
  code?: boolean;
  copy?: boolean;
}

/** A part of the facts under a heading. */
export interface FactGroup {
  title: string;
  facts: Fact[];
}

/** What is known of a run's time, program, code and machine; lines without a value are left out. */
export function factsOf(run: RunDetail): FactGroup[] {
  const known = run.environment;
  const groups: FactGroup[] = [
    { title: "Time", facts: timeFacts(run) },
    { title: "Program", facts: programFacts(run) },
    { title: "Code", facts: gitFacts(known["git"]) },
    { title: "Machine", facts: machineFacts(run) },
  ];
  return groups.filter((group) => group.facts.length > 0);
}

function timeFacts(run: RunDetail): Fact[] {
  const facts = present([
    ["Began", formatTime(run.created_at, true)],
    ["Ended", run.exit_time === null ? null : formatTime(run.exit_time, true)],
    ["Last heard of", run.exit_time === null ? formatTime(run.last_time, true) : null],
    ["Exit code", run.exit_code === null ? null : String(run.exit_code)],
    ["Rows", run.rows.toLocaleString("en-US")],
    ["Rows lost", run.lost_rows > 0 ? run.lost_rows.toLocaleString("en-US") : null],
    ["Attempts", run.attempts > 1 ? String(run.attempts) : null],
    ["Processes", run.ranks.length > 1 ? `${run.ranks.length} ranks` : null],
  ]);
  return [...facts, ...forkFacts(run.forked_from)];
}

/** The run and the step that this one was forked from, as `init(fork_from=…)` got them. */
function forkFacts(from: Value): Fact[] {
  const [, project, id, step] = /^([^/]+)\/([^/?]+)\?_step=(-?\d+)$/.exec(typeof from === "string" ? from : "") ?? [];
  if (project === undefined || id === undefined) return from === null ? [] : [{ name: "Forked from", value: formatValue(from) }];
  return [{ name: "Forked from", value: `${id} at step ${step}`, page: runAddress(project, id) }];
}

function programFacts(run: RunDetail): Fact[] {
  const known = run.environment;
  const command = commandOf(known);
  return [
    ...(command === "" ? [] : [{ name: "Command", value: command, code: true, copy: true }]),
    ...present([
      ["Folder", text(known["cwd"])],
      ["Python", [text(known["implementation"]), text(known["python"])].filter(Boolean).join(" ")],
      ["Interpreter", text(known["executable"])],
      ["Notebook", text(known["notebook"])],
    ]),
    { name: "Id", value: run.id, code: true, copy: true },
    { name: "Kept in", value: run.path, code: true, copy: true },
  ];
}

/** The command that started a run, quoted for a shell. */
export function commandOf(environment: Record<string, Value>): string {
  const program = text(environment["program"]) ?? "";
  if (program === "") return "";
  const args = Array.isArray(environment["args"]) ? environment["args"].map((arg) => formatValue(arg)) : [];
  const words = program.startsWith("-m ") ? program.split(" ") : [program];
  return ["python", ...words, ...args].map(quote).join(" ");
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function gitFacts(git: Value | undefined): Fact[] {
  if (typeof git !== "object" || git === null || Array.isArray(git)) return [];
  const known = git as Record<string, Value>;
  const [commit, remote] = [text(known["commit"]), text(known["remote"])];
  const commitPage = commitUrl(remote, commit);
  const page = repositoryUrl(remote);
  const dirty = known["dirty"] === true ? " with changes" : "";
  return [
    ...(commit === null ? [] : [{ name: "Commit", value: commit.slice(0, 12) + dirty, code: true, ...(commitPage === null ? {} : { url: commitPage }) }]),
    ...present([["Branch", text(known["branch"])]]),
    ...(remote === null ? [] : [{ name: "Remote", value: remote, ...(page === null ? {} : { url: page }) }]),
    ...present([["Git failed", text(known["error"])]]),
  ];
}

function machineFacts(run: RunDetail): Fact[] {
  const known = run.environment;
  const memory = known["memory_bytes"];
  const [all, usable] = [known["cpu_count"], known["cpus_usable"]];
  const processors = typeof all !== "number" ? null : typeof usable === "number" && usable !== all ? `${usable} of ${all}` : String(all);
  return present([
    ["Host", run.host],
    ["User", run.user],
    ["System", text(known["os"])],
    ["Processors", processors],
    ["Memory", typeof memory === "number" ? formatBytes(memory) : null],
    ...gpuFacts(known),
    ["Driver", text(known["gpu_driver"])],
    ["CUDA", text(known["cuda_version"])],
    ["Container", text(known["container"])],
  ]);
}

function gpuFacts(known: Record<string, Value>): [string, string][] {
  const gpus = Array.isArray(known["gpus"]) ? known["gpus"] : [];
  const names = gpus.map((gpu) => {
    const facts = (typeof gpu === "object" && gpu !== null ? gpu : {}) as Record<string, Value>;
    const memory = facts["memory_bytes"];
    return `${text(facts["name"]) ?? "GPU"}${typeof memory === "number" ? `, ${formatBytes(memory)}` : ""}`;
  });
  return [...new Set(names)].map((name): [string, string] => {
    const count = names.filter((other) => other === name).length;
    return ["GPU", count === 1 ? name : `${count} × ${name}`];
  });
}

function present(lines: (readonly [string, string | null | undefined])[]): Fact[] {
  return lines.flatMap(([name, value]) => (value === null || value === undefined || value === "" ? [] : [{ name, value }]));
}

function text(value: Value | undefined): string | null {
  return value === undefined || value === null || value === "" ? null : formatValue(value);
}
