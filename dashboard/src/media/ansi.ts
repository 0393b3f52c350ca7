/** Terminal text: SGR colours and styles (ECMA-48), and hyperlinks (OSC 8). All other control sequences are left out. */

import { safeLink } from "./records";

/** One of the terminal's 16 colours by number, or `#rrggbb`. */
export type AnsiColour = number | string;

/** How a piece of a line is drawn. */
export interface AnsiStyle {
  fg?: AnsiColour;
  bg?: AnsiColour;
  bold?: boolean;
  dim?: boolean;
  italic?: boolean;
  underline?: boolean;
  strike?: boolean;
  inverse?: boolean;
  /** The address of a hyperlink, http or https. */
  link?: string;
}

/** A piece of a line with one style. */
export interface AnsiSpan {
  text: string;
  style: AnsiStyle;
}

// CSI … final byte; OSC … BEL or ST; two-byte escapes; lone control characters but for the tabulator.
const CONTROL = /\u001b\[([0-9;:?<=>]*)[ -/]*([@-~])|\u001b\]([^\u0007\u001b]*)(?:\u0007|\u001b\\|$)|\u001b[ -/]*[0-~]|[\u0000-\u0008\u000a-\u001f\u007f]/g;

/** Cuts a line into pieces of one style each. */
export function parseAnsi(line: string): AnsiSpan[] {
  const spans: AnsiSpan[] = [];
  let style: AnsiStyle = {};
  let end = 0;
  const push = (text: string): void => {
    if (!text) return;
    const last = spans[spans.length - 1];
    if (last && isSame(last.style, style)) last.text += text;
    else spans.push({ text, style });
  };
  for (const found of line.matchAll(CONTROL)) {
    push(line.slice(end, found.index));
    end = found.index + found[0].length;
    if (found[2] === "m") style = withCodes(style, found[1] ?? "");
    else if (found[3]?.startsWith("8;")) style = withLink(style, found[3]);
  }
  push(line.slice(end));
  return spans;
}

/** A line without its control sequences. */
export function plainText(line: string): string {
  return line.replace(CONTROL, "");
}

function isSame(a: AnsiStyle, b: AnsiStyle): boolean {
  const names = Object.keys(a) as (keyof AnsiStyle)[];
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

function withLink(style: AnsiStyle, command: string): AnsiStyle {
  const { link: _, ...rest } = style;
  const link = safeLink(command.slice(command.indexOf(";", 2) + 1));
  return link ? { ...rest, link } : rest;
}

function withCodes(style: AnsiStyle, text: string): AnsiStyle {
  const codes = text.split(";").flatMap(parameters);
  let next: AnsiStyle = { ...style };
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0;
    if (code === 38 || code === 48) {
      const [colour, used] = extended(codes, at + 1);
      if (colour !== null) next[code === 38 ? "fg" : "bg"] = colour;
      at += used;
    } else next = withCode(next, code);
  }
  return next;
}

/** The numbers of a parameter. In the form with colons (ISO 8613-6) true colours may name a colour space, which is left out. */
function parameters(text: string): number[] {
  const numbers = text.split(":").map(Number);
  return numbers[1] === 2 && numbers.length > 5 ? [...numbers.slice(0, 2), ...numbers.slice(3, 6)] : numbers;
}

const ON = { 1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "inverse", 9: "strike" } as const;
const OFF: Record<number, (keyof AnsiStyle)[]> = {
  22: ["bold", "dim"],
  23: ["italic"],
  24: ["underline"],
  27: ["inverse"],
  29: ["strike"],
  39: ["fg"],
  49: ["bg"],
};

function withCode(style: AnsiStyle, code: number): AnsiStyle {
  if (code === 0) return style.link ? { link: style.link } : {};
  if (code in ON) return { ...style, [ON[code as keyof typeof ON]]: true };
  const off = OFF[code];
  if (off) return Object.fromEntries(Object.entries(style).filter(([name]) => !off.includes(name as keyof AnsiStyle)));
  if (code >= 30 && code <= 37) return { ...style, fg: code - 30 };
  if (code >= 40 && code <= 47) return { ...style, bg: code - 40 };
  if (code >= 90 && code <= 97) return { ...style, fg: code - 82 };
  if (code >= 100 && code <= 107) return { ...style, bg: code - 92 };
  return style;
}

/** A colour after 38 or 48, and how many codes it took. */
function extended(codes: number[], at: number): [AnsiColour | null, number] {
  if (codes[at] === 5) return [paletteColour(codes[at + 1] ?? 0), 2];
  if (codes[at] !== 2) return [null, 1];
  const shades = [1, 2, 3].map((offset) => codes[at + offset] ?? 0);
  return [shades.every((shade) => shade >= 0 && shade <= 255) ? hex(shades) : null, 4];
}

/** A colour of xterm's palette of 256: 16 of the theme, a cube of 6 × 6 × 6, and 24 grays. */
export function paletteColour(number: number): AnsiColour | null {
  if (!Number.isInteger(number) || number < 0 || number > 255) return null;
  if (number < 16) return number;
  if (number >= 232) return hex([8, 8, 8].map((base) => base + 10 * (number - 232)));
  const cube = number - 16;
  const level = (step: number): number => (step === 0 ? 0 : 55 + 40 * step);
  return hex([level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6)]);
}

function hex(shades: number[]): string {
  return `#${shades.map((shade) => Math.round(shade).toString(16).padStart(2, "0")).join("")}`;
}
