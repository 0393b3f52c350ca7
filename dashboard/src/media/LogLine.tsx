import { type CSSProperties, memo, type ReactNode } from "react";

import { type AnsiColour, type AnsiStyle, parseAnsi } from "./ansi";
import styles from "./LogLine.module.css";
import { markMatches } from "./matches";

/** Properties of an `AnsiText`. */
export interface AnsiTextProps {
  text: string;
  /** What is searched for, to mark it. */
  pattern: RegExp | null;
}

/** A line of a terminal in its colours. Addresses of the web in it become links. */
export const AnsiText = memo(function AnsiText({ text, pattern }: AnsiTextProps) {
  return (
    <>
      {markMatches(parseAnsi(text), pattern).map((span, index) => {
        const content = span.style.link ? outside(span.style.link, span.text) : withLinks(span.text);
        const style = cssOf(span.style);
        const inner = span.hit ? <mark className={styles["hit"]}>{content}</mark> : content;
        return style ? (
          <span key={index} style={style}>
            {inner}
          </span>
        ) : (
          <span key={index}>{inner}</span>
        );
      })}
    </>
  );
});

const ADDRESS = /https?:\/\/[^\s"'<>`\])}]+[^\s"'<>`\])}.,;:!?]/g;

function withLinks(text: string): ReactNode {
  if (!text.includes("://")) return text;
  const parts: ReactNode[] = [];
  let end = 0;
  for (const found of text.matchAll(ADDRESS)) {
    parts.push(text.slice(end, found.index), outside(found[0], found[0], found.index));
    end = found.index + found[0].length;
  }
  return [...parts, text.slice(end)];
}

function outside(address: string, text: string, key = 0): ReactNode {
  return (
    <a key={key} className={styles["link"]} href={address} target="_blank" rel="noopener noreferrer nofollow">
      {text}
    </a>
  );
}

// Colours that were meant for a black screen are mixed with the colour of text, so that they can be read on any ground.
function foreground(colour: AnsiColour): string {
  return typeof colour === "number" ? `var(--ansi-${colour})` : `color-mix(in oklab, ${colour} 72%, var(--text))`;
}

function ground(colour: AnsiColour): string {
  return typeof colour === "number" ? `var(--ansi-${colour})` : colour;
}

function cssOf(style: AnsiStyle): CSSProperties | null {
  const css: CSSProperties = {};
  const [fg, bg] = style.inverse ? [style.bg ?? "var(--bg)", style.fg ?? "var(--text)"] : [style.fg, style.bg];
  if (fg !== undefined) css.color = style.inverse ? ground(fg) : foreground(fg);
  if (bg !== undefined) css.background = ground(bg);
  if (bg !== undefined && fg === undefined) css.color = "var(--ansi-on)";
  if (style.bold) css.fontWeight = 650;
  if (style.dim) css.opacity = 0.65;
  if (style.italic) css.fontStyle = "italic";
  if (style.underline || style.strike) {
    css.textDecoration = [style.underline && "underline", style.strike && "line-through"].filter(Boolean).join(" ");
  }
  return Object.keys(css).length ? css : null;
}
