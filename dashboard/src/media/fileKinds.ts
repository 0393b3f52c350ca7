/** What a file is, by its name, and how it is shown. */

export type FileKind = "image" | "audio" | "video" | "html" | "json" | "table" | "notes" | "text" | "points" | "binary";

const KINDS: Record<string, FileKind> = {};
const LISTS: [FileKind, string][] = [
  ["image", "png jpg jpeg gif webp bmp svg ico avif"],
  ["audio", "wav mp3 ogg oga opus flac m4a aac weba"],
  ["video", "mp4 webm ogv mov m4v"],
  ["html", "html htm"],
  ["json", "json ipynb geojson"],
  ["table", "csv tsv"],
  ["points", "npy obj stl"],
  ["notes", "md markdown"],
  ["text", "txt log rst py pyi js mjs ts tsx jsx css scss yaml yml toml ini cfg conf sh bash zsh c h cc cpp hpp cu rs go java kt"],
  ["text", "r jl lua rb pl sql xml proto tf gitignore dockerignore env lock diff patch tex bib jsonl ndjson pdb sdf mol2 gro cif pbtxt"],
];
for (const [kind, names] of LISTS) for (const name of names.split(" ")) KINDS[name] = kind;
const TEXT_NAMES = new Set(["Dockerfile", "Makefile", "LICENSE", "README", "Jenkinsfile", "Procfile"]);

/** The part of a name behind its last dot, in lower case; "" without one. */
export function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  return dot < 0 ? "" : name.slice(dot + 1).toLowerCase();
}

/** How a file is shown. */
export function fileKind(path: string): FileKind {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return TEXT_NAMES.has(name) ? "text" : (KINDS[extensionOf(path)] ?? "binary");
}
