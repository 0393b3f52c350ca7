/** The cells of tables as text: numbers, missing values, and what core's `cell_text` writes for other types. */

import { formatNumber } from "../ui/format";
import { isMapping } from "./records";

/** What a cell is, which tells how it is drawn. */
export type CellKind = "missing" | "number" | "text" | "bool" | "media" | "json";

/** What a cell is. */
export function cellKind(value: unknown): CellKind {
  if (value === null || value === undefined) return "missing";
  if (typeof value === "number" || (isMapping(value) && ("$number" in value || value["_type"] === "float" || value["_type"] === "int"))) return "number";
  if (typeof value === "string") return "text";
  if (typeof value === "boolean") return "bool";
  if (isMapping(value) && typeof value["_type"] === "string" && (typeof value["path"] === "string" || value["_type"] === "histogram")) return "media";
  return "json";
}

const SHORT = 300; // characters: more of a text is not seen in a row

/** A cell in one line. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return formatNumber(value, 6);
  if (typeof value === "string") return value.length > SHORT ? `${value.slice(0, SHORT)}…` : value;
  if (isMapping(value)) {
    if ("$number" in value) return String(value["$number"]);
    if ("$bytes" in value) return `${bytesOf(value["$bytes"])} bytes`;
    if (value["_type"] === "bytes") return `${bytesOf(value["base64"])} bytes`;
    if (typeof value["_type"] === "string" && "value" in value) return String(value["value"]);
    if (value["_type"] === "array") return "array";
    if (value["_type"] === "int") return String(value["hex"]);
  }
  const text = JSON.stringify(plainValue(value));
  return text.length > SHORT ? `${text.slice(0, SHORT)}…` : text;
}

/** A cell whole, for people: texts as they are, the rest as indented JSON. */
export function wholeText(value: unknown): string {
  return typeof value === "string" ? value : cellKind(value) === "json" ? JSON.stringify(plainValue(value), null, 2) : cellText(value);
}

/** A value with numbers that JSON has no form for as words. */
export function plainValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainValue);
  if (!isMapping(value)) return value;
  if ("$number" in value && Object.keys(value).length === 1) return value["$number"];
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plainValue(item)]));
}

function bytesOf(base64: unknown): number {
  const text = typeof base64 === "string" ? base64 : "";
  return Math.floor((text.length * 3) / 4) - (text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0);
}
