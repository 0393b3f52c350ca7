/**
 * Notes in a small part of Markdown: headings, paragraphs, lists, code, quotes, bold, emphasis and links.
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
  | { kind: "list"; ordered: boolean; items: Piece[][] }
  | { kind: "code"; text: string };

const BULLET = /^\s*(?:[-*+]|(\d+)[.)])\s+(.*)$/;

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
  const bullet = BULLET.exec(line);
  if (!bullet) return [null, index];
  const last = lastWhere(lines, index, (other) => BULLET.test(other));
  const items = lines.slice(index, last + 1).map((other) => parsePieces(BULLET.exec(other)?.[2] ?? ""));
  return [{ kind: "list", ordered: bullet[1] !== undefined, items }, last];
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
