/** Simple colours for program text: comments, strings, numbers and keywords. It knows a few families of languages. */

/** What a piece of a line is; "" for plain text. */
export type TokenKind = "" | "comment" | "string" | "number" | "keyword" | "name";

export interface Token {
  text: string;
  kind: TokenKind;
}

interface Language {
  keywords: Set<string>;
  /** Up to the end of the line. */
  comment: string[];
  /** Strings and comments over several lines: begin, end, kind. */
  blocks: [string, string, TokenKind][];
  quotes: string;
}

const words = (text: string): Set<string> => new Set(text.split(" "));

const C_LIKE: Language = {
  keywords: words(
    "abstract as async await bool break case catch char class const continue default delete do double else enum export extends " +
      "false final finally float fn for from func function go if impl implements import in int interface let long match mut " +
      "namespace new nil null package private protected pub public return self short signed static struct super switch template " +
      "this throw trait true try type typedef typename undefined unsigned use using var virtual void while yield",
  ),
  comment: ["//"],
  blocks: [["/*", "*/", "comment"], ["`", "`", "string"]],
  quotes: "\"'",
};
const PYTHON: Language = {
  keywords: words(
    "False None True and as assert async await break case class continue def del elif else except finally for from global if " +
      "import in is lambda match nonlocal not or pass raise return self try while with yield",
  ),
  comment: ["#"],
  blocks: [['"""', '"""', "string"], ["'''", "'''", "string"]],
  quotes: "\"'",
};
const SHELL: Language = {
  keywords: words("case do done elif else esac export false fi for function if in local null off on return set then true until while yes no"),
  comment: ["#"],
  blocks: [],
  quotes: "\"'",
};
const JSON_TEXT: Language = { keywords: words("true false null NaN Infinity"), comment: [], blocks: [], quotes: '"' };
const SQL: Language = {
  keywords: words("select from where and or not null insert update delete into values create table index join on group by order limit as"),
  comment: ["--"],
  blocks: [["/*", "*/", "comment"]],
  quotes: "\"'",
};

const LANGUAGES: Record<string, Language> = {};
const BY_EXTENSION: [Language, string][] = [
  [PYTHON, "py pyi ipynb"],
  [C_LIKE, "js mjs ts tsx jsx c h cc cpp hpp cu rs go java kt proto css scss"],
  [SHELL, "sh bash zsh yaml yml toml ini cfg conf r rb jl tf dockerignore gitignore env"],
  [JSON_TEXT, "json jsonl ndjson geojson"],
  [SQL, "sql lua"],
];
for (const [language, names] of BY_EXTENSION) for (const name of names.split(" ")) LANGUAGES[name] = language;

const LONGEST = 2000; // characters: lines beyond it are data, and are not coloured

/** Cuts lines into coloured pieces. */
export function highlight(lines: readonly string[], extension: string): Token[][] {
  const language = LANGUAGES[extension];
  if (!language) return lines.map((text) => [{ text, kind: "" }]);
  let inside: [string, TokenKind] | null = null;
  return lines.map((line) => {
    if (line.length > LONGEST) return [{ text: line, kind: "" }];
    const [tokens, after]: [Token[], [string, TokenKind] | null] = lineTokens(line, language, inside);
    inside = after;
    return tokens;
  });
}

function lineTokens(line: string, language: Language, inside: [string, TokenKind] | null): [Token[], [string, TokenKind] | null] {
  const tokens: Token[] = [];
  let at = 0;
  const push = (text: string, kind: TokenKind): void => {
    const last = tokens[tokens.length - 1];
    if (last?.kind === kind) last.text += text;
    else if (text) tokens.push({ text, kind });
    at += text.length;
  };
  const upTo = (end: string, kind: TokenKind, from: number): boolean => {
    const found = line.indexOf(end, from);
    push(found < 0 ? line.slice(at) : line.slice(at, found + end.length), kind);
    return found >= 0;
  };
  if (inside && !upTo(inside[0], inside[1], 0)) return [tokens, inside];
  while (at < line.length) {
    const block = language.blocks.find(([begin]) => line.startsWith(begin, at));
    const char = line[at] ?? "";
    if (block) {
      if (!upTo(block[1], block[2], at + block[0].length)) return [tokens, [block[1], block[2]]];
    } else if (language.comment.some((begin) => line.startsWith(begin, at))) push(line.slice(at), "comment");
    else if (language.quotes.includes(char)) push(quoted(line, at, char), "string");
    else push(...word(line, at, language));
  }
  return [tokens, null];
}

function quoted(line: string, at: number, quote: string): string {
  let end = at + 1;
  while (end < line.length && line[end] !== quote) end += line[end] === "\\" ? 2 : 1;
  return line.slice(at, end + 1);
}

const WORD = /[A-Za-z_$][\w$]*/y;
const NUMBER = /(?:0[xob][\da-fA-F_]+|\d[\d_]*\.?\d*(?:[eE][+-]?\d+)?)/y;
const OTHER = /[^A-Za-z_$\d"'`#/*-]+|./y;

function word(line: string, at: number, language: Language): [string, TokenKind] {
  const name = match(WORD, line, at);
  if (name) return [name, language.keywords.has(name) ? "keyword" : line[at + name.length] === "(" ? "name" : ""];
  const number = match(NUMBER, line, at);
  return number ? [number, "number"] : [match(OTHER, line, at) || (line[at] ?? ""), ""];
}

function match(pattern: RegExp, line: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(line)?.[0] ?? "";
}
