/** System metrics in named sections: processors, memory, each GPU, disks, network. `docs/capture.md` says what they are. */

/** A chart of system metrics: one key, or several of one kind and unit. */
export interface SystemChart {
  title: string;
  keys: string[];
  unit: string;
}

/** A named section of charts. */
export interface SystemSection {
  name: string;
  charts: SystemChart[];
}

const TITLES: readonly [pattern: RegExp, section: string, title: string, unit: string][] = [
  [/^cpu$/, "Processors", "All processors", "%"],
  [/^proc\.cpu$/, "Processors", "The run's processes", "%"],
  [/^proc\.cpu\.threads$/, "Processors", "Threads of the run", ""],
  [/^memory_percent$/, "Memory", "Memory in use", "%"],
  [/^proc\.memory\.rssMB$/, "Memory", "Resident memory of the run", "MB"],
  [/^proc\.memory\.percent$/, "Memory", "Memory of the run", "%"],
  [/^proc\.memory\.availableMB$/, "Memory", "Memory available", "MB"],
  [/^gpu\.(\d+)\.gpu$/, "GPU $1", "Utilisation", "%"],
  [/^gpu\.(\d+)\.memoryAllocated$/, "GPU $1", "Memory in use", "%"],
  [/^gpu\.(\d+)\.memoryAllocatedBytes$/, "GPU $1", "Memory in use", "bytes"],
  [/^gpu\.(\d+)\.process\.memoryBytes$/, "GPU $1", "Memory of the run", "bytes"],
  [/^gpu\.(\d+)\.memory$/, "GPU $1", "Memory access", "%"],
  [/^gpu\.(\d+)\.temp$/, "GPU $1", "Temperature", "°C"],
  [/^gpu\.(\d+)\.powerWatts$/, "GPU $1", "Power", "W"],
  [/^gpu\.(\d+)\.powerPercent$/, "GPU $1", "Power of the limit", "%"],
  [/^gpu\.(\d+)\.smClock$/, "GPU $1", "Clock", "MHz"],
  [/^disk\.(.+)\.usagePercent$/, "Disks", "Disk $1 in use", "%"],
  [/^disk\.(.+)\.usageGB$/, "Disks", "Disk $1 in use", "GB"],
  [/^disk\.in$/, "Disks", "Read since the start", "MB"],
  [/^disk\.out$/, "Disks", "Written since the start", "MB"],
  [/^network\.sent$/, "Network", "Sent since the start", "bytes"],
  [/^network\.recv$/, "Network", "Received since the start", "bytes"],
];

/** What a line panel of system metrics of one kind is to be told: the stream, the unit, and limits of y. */
export function systemOptions(keys: readonly string[]): { stream: "system"; unit: string; yLimits?: [number, number | null] } {
  const units = new Set(keys.map((key) => TITLES.find(([pattern]) => pattern.test(key))?.[3] ?? ""));
  const [unit = ""] = units;
  if (units.size !== 1) return { stream: "system", unit: "" };
  if (unit !== "%") return { stream: "system", unit };
  // Percents of a whole are drawn from 0 to 100, so that an idle machine looks idle.
  const beyond = keys.some((key) => key === "proc.cpu" || key.endsWith("powerPercent"));
  return { stream: "system", unit, yLimits: beyond ? [0, null] : [0, 100] };
}

const SECTIONS = ["GPUs", "GPU", "Processors", "Memory", "Disks", "Network", "Other"];

/** Sort the keys of the system stream into sections. With several GPUs one section more lays them over each other. */
export function systemSections(keys: readonly string[]): SystemSection[] {
  const sections = new Map<string, { rank: number; chart: SystemChart }[]>();
  const put = (section: string, rank: number, chart: SystemChart) =>
    sections.set(section, [...(sections.get(section) ?? []), { rank, chart }]);
  for (const key of keys) {
    const rank = TITLES.findIndex(([pattern]) => pattern.test(key));
    const [pattern, section, title, unit] = TITLES[rank] ?? [/^.*$/, "Other", key, ""];
    if (rank < 0) put("Other", TITLES.length, { title: key, keys: [key], unit: "" });
    else put(key.replace(pattern, section), rank, { title: key.replace(pattern, title), keys: [key], unit });
  }
  for (const [rank, chart] of overlays(keys)) put("GPUs", rank, chart);
  return [...sections]
    .map(([name, charts]): SystemSection => ({ name, charts: charts.sort((a, b) => a.rank - b.rank).map((item) => item.chart) }))
    .sort((a, b) => sectionRank(a.name) - sectionRank(b.name) || a.name.localeCompare(b.name, "en", { numeric: true }));
}

function sectionRank(name: string): number {
  return SECTIONS.indexOf(name.replace(/ \d+$/, ""));
}

/** The same metric of all GPUs as one chart, where there are at least two. */
function overlays(keys: readonly string[]): [rank: number, chart: SystemChart][] {
  const found = new Map<string, string[]>();
  for (const key of keys) {
    const metric = /^gpu\.\d+\.(gpu|memoryAllocated|temp|powerWatts)$/.exec(key)?.[1];
    if (metric !== undefined) found.set(metric, [...(found.get(metric) ?? []), key]);
  }
  return [...found].flatMap(([metric, members]): [number, SystemChart][] => {
    if (members.length < 2) return [];
    const sorted = members.sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
    const rank = TITLES.findIndex(([pattern]) => pattern.test(`gpu.0.${metric}`));
    const [, , title, unit] = TITLES[rank] ?? [/^$/, "", metric, ""];
    return [[rank, { title: `${title}, all GPUs`, keys: sorted, unit }]];
  });
}
