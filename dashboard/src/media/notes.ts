/**
 * Notes in a small part of Markdown: headings, paragraphs, lists, tables, code, quotes, bold, emphasis and links.
 *
 * It makes data and never HTML, so notes cannot run anything. Links lead only to http and https.
 */

/** A piece of a line. */
export type Piece =
  | { kind: "text" | "bold" | "emphasis" | "code"; text: string }
  | { kind: "link"; text: string; url: string };

/** A block of notes. */
export type Block =
  | { kind: "heading"; level: 1 | 2 | 3; pieces: Piece[] }
  | { kind: "paragraph" | "quote"; pieces: Piece[] }
  | List
  | { kind: "table"; head: Piece[][]; rows: Piece[][][] }
  | { kind: "rule" }
  | { kind: "code"; text: string };

/** A list, with the lists inside its items. */
export interface List {
  kind: "list";
  ordered: boolean;
  items: { pieces: Piece[]; inner: List[] }[];
}

const BULLET = /^(\s*)(?:[-*+]|(\d+)[.)])\s+(.*)$/;
const RULE = /^\s*([-*_])(?:\s*\1){2,}\s*$/;
// The line below the head of a table: dashes, with bars between columns.
const COLUMNS = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;

/** Read notes into blocks. Text without any marks is paragraphs. */
export function parseNotes(text: string): Block[] {
  const lines = text.replace(/\r\n?/g, "\n").split("\n");
  const blocks: Block[] = [];
  let paragraph: string[] = [];
  const close = () => {
    if (paragraph.length > 0) blocks.push({ kind: "paragraph", pieces: parsePieces(paragraph.join("\n")) });
    paragraph = [];
  };
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? "";
    const [block, last] = startBlock(lines, index);
    if (block !== null) {
      close();
      blocks.push(block);
      index = last;
    } else if (line.trim() === "") close();
    else paragraph.push(line.trim());
  }
  close();
  return blocks;
}

/** The block that begins in a line, with the number of its last line; null if it is a line of a paragraph. */
function startBlock(lines: readonly string[], index: number): [Block | null, number] {
  const line = lines[index] ?? "";
  if (line.startsWith("```")) {
    const end = lines.findIndex((other, number) => number > index && other.startsWith("```"));
    const last = end < 0 ? lines.length : end;
    return [{ kind: "code", text: lines.slice(index + 1, last).join("\n") }, last];
  }
  if (RULE.test(line)) return [{ kind: "rule" }, index];
  const heading = /^(#{1,3})\s+(.+)$/.exec(line);
  if (heading) {
    const level = (heading[1] ?? "#").length as 1 | 2 | 3;
    return [{ kind: "heading", level, pieces: parsePieces(heading[2] ?? "") }, index];
  }
  if (line.startsWith("> ")) {
    const last = lastWhere(lines, index, (other) => other.startsWith("> "));
    const quoted = lines.slice(index, last + 1).map((other) => other.slice(2));
    return [{ kind: "quote", pieces: parsePieces(quoted.join("\n")) }, last];
  }
  const below = lines[index + 1] ?? "";
  if (line.includes("|") && below.includes("|") && COLUMNS.test(below)) {
    const last = lastWhere(lines, index + 1, (other) => other.includes("|"));
    return [{ kind: "table", head: cellsOf(line), rows: lines.slice(index + 2, last + 1).map(cellsOf) }, last];
  }
  if (!BULLET.test(line)) return [null, index];
  const { list, length } = parseList(lines.slice(index));
  return [list, index + length - 1];
}

function cellsOf(line: string): Piece[][] {
  const inside = line.trim().replace(/^\||\|$/g, "");
  return inside.split("|").map((cell) => parsePieces(cell.trim()));
}

/** The list that lines begin with, the first of which is an item, and how many lines it takes. */
function parseList(lines: readonly string[]): { list: List; length: number } {
  const [, indent = "", number] = BULLET.exec(lines[0] ?? "") ?? [];
  const list: List = { kind: "list", ordered: number !== undefined, items: [] };
  let index = 0;
  while (index < lines.length) {
    const [whole, own = "", digits, text = ""] = BULLET.exec(lines[index] ?? "") ?? [];
    if (whole === undefined) break;
    const before = list.items.at(-1);
    if (before && own.length > indent.length + 1) {
      const inner = parseList(lines.slice(index));
      before.inner.push(inner.list);
      index += inner.length;
      continue;
    }
    if (before && (own.length < indent.length || (digits !== undefined) !== list.ordered)) break;
    list.items.push({ pieces: parsePieces(text), inner: [] });
    index += 1;
  }
  return { list, length: index };
}

function lastWhere(lines: readonly string[], first: number, holds: (line: string) => boolean): number {
  let last = first;
  while (last + 1 < lines.length && holds(lines[last + 1] ?? "")) last += 1;
  return last;
}

const MARKS = /(`[^`\n]+`)|(\*\*[^*\n]+\*\*)|(\*[^*\s][^*\n]*\*|(?<![\w])_[^_\n]+_(?![\w]))|\[([^\]\n]+)\]\((https?:\/\/[^\s)]+)\)|(https?:\/\/[^\s<>"')\]]+)/g;

/** Read the marks within a line. */
export function parsePieces(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(MARKS)) {
    if (match.index > end) pieces.push({ kind: "text", text: text.slice(end, match.index) });
    const [whole, code, bold, emphasis, label, target, bare] = match;
    if (code !== undefined) pieces.push({ kind: "code", text: code.slice(1, -1) });
    else if (bold !== undefined) pieces.push({ kind: "bold", text: bold.slice(2, -2) });
    else if (emphasis !== undefined) pieces.push({ kind: "emphasis", text: emphasis.slice(1, -1) });
    else pieces.push({ kind: "link", text: label ?? bare ?? whole, url: target ?? bare ?? whole });
    end = match.index + whole.length;
  }
  if (end < text.length) pieces.push({ kind: "text", text: text.slice(end) });
  return pieces;
}
