/** Conditions of the filter bar, and the filters of the HTTP API that they stand for. */

/** How a condition compares. */
export type Operator = "=" | "!=" | "<" | "<=" | ">" | ">=" | "contains" | "exists" | "missing";

/** One condition on one field; all of a view have to hold. */
export interface Condition {
  field: string;
  operator: Operator;
  value: string;
}

/** The operators in the order of the menu, with their words. */
export const OPERATORS: readonly { operator: Operator; label: string }[] = [
  { operator: "=", label: "is" },
  { operator: "!=", label: "is not" },
  { operator: "<", label: "<" },
  { operator: "<=", label: "≤" },
  { operator: ">", label: ">" },
  { operator: ">=", label: "≥" },
  { operator: "contains", label: "contains" },
  { operator: "exists", label: "is set" },
  { operator: "missing", label: "is not set" },
];

const MONGO = { "=": "$eq", "!=": "$ne", "<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte" } as const;

/** Whether an operator compares with a value. */
export function takesValue(operator: Operator): boolean {
  return operator !== "exists" && operator !== "missing";
}

/** The value that a person's text stands for: a number, a truth value, nothing, or the text. Quotes keep it a text. */
export function parseValue(text: string): string | number | boolean | null {
  const trimmed = text.trim();
  const quoted = /^(["'])(.*)\1$/.exec(trimmed);
  if (quoted) return quoted[2] ?? "";
  if (/^(true|false)$/i.test(trimmed)) return trimmed.toLowerCase() === "true";
  if (/^(null|none)$/i.test(trimmed)) return null;
  const number = Number(trimmed);
  return trimmed !== "" && Number.isFinite(number) ? number : trimmed;
}

/** The filters of a run query; null if there is no condition. */
export function filtersOf(conditions: readonly Condition[]): Record<string, unknown> | null {
  const clauses = conditions.map((condition) => ({ [condition.field]: clauseOf(condition) }));
  return clauses.length === 0 ? null : clauses.length === 1 ? (clauses[0] ?? null) : { $and: clauses };
}

function clauseOf({ operator, value }: Condition): Record<string, unknown> {
  if (operator === "exists" || operator === "missing") return { $exists: operator === "exists" };
  if (operator === "contains") return { $regex: escapeRegex(value), $options: "i" };
  return { [MONGO[operator]]: parseValue(value) };
}

function escapeRegex(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** Write a condition for an address. */
export function encodeCondition(condition: Condition): string {
  return JSON.stringify([condition.field, condition.operator, condition.value]);
}

/** Read a condition of an address; null if it is none. */
export function decodeCondition(text: string): Condition | null {
  try {
    const parts: unknown = JSON.parse(text);
    if (!Array.isArray(parts) || parts.length !== 3 || !parts.every((part) => typeof part === "string")) return null;
    const [field, operator, value] = parts as [string, string, string];
    const known = OPERATORS.find((item) => item.operator === operator);
    return known === undefined || field === "" ? null : { field, operator: known.operator, value };
  } catch {
    return null; // not JSON: the address was changed by hand
  }
}
