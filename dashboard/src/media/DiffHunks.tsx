import { Fragment, type ReactNode, useMemo } from "react";

import { classes } from "../ui/classes";
import { commonEnds, type DiffFile, type DiffLine, splitRows } from "./diff";
import styles from "./DiffView.module.css";

/** Properties of `DiffHunks`. */
export interface DiffHunksProps {
  file: DiffFile;
  layout: "unified" | "split";
}

/** The changed lines of a file. What changed within a line is marked. */
export function DiffHunks({ file, layout }: DiffHunksProps) {
  const isSplit = layout === "split";
  return (
    <div className={styles["scroller"]} tabIndex={0} role="region" aria-label={`Changes of ${file.newPath || file.oldPath}`}>
      <table className={classes(styles["lines"], isSplit && styles["split"])}>
        <caption className="visually-hidden">Changes of {file.newPath || file.oldPath}</caption>
        <tbody>
          {file.hunks.map((hunk, index) => (
            <Fragment key={index}>
              <tr className={styles["hunk"]}>
                <td colSpan={isSplit ? 4 : 3}>
                  @@ −{hunk.oldStart} +{hunk.newStart} @@ {hunk.header}
                </td>
              </tr>
              {isSplit ? <SplitLines lines={hunk.lines} /> : <UnifiedLines lines={hunk.lines} />}
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function UnifiedLines({ lines }: { lines: DiffLine[] }) {
  const partners = useMemo(() => partnersOf(lines), [lines]);
  return lines.map((line, index) => (
    <tr key={index} className={styles[line.kind]}>
      <td className={styles["number"]}>{line.old}</td>
      <td className={styles["number"]}>{line.new}</td>
      <td className={styles["code"]}>
        <Sign line={line} />
        <Text line={line} other={partners.get(line)} />
      </td>
    </tr>
  ));
}

function SplitLines({ lines }: { lines: DiffLine[] }) {
  return splitRows(lines).map(({ left, right }, index) => (
    <tr key={index}>
      <Half line={left} number={left?.old ?? null} other={right} />
      <Half line={right} number={right?.new ?? null} other={left} />
    </tr>
  ));
}

function Half({ line, number, other }: { line: DiffLine | null; number: number | null; other: DiffLine | null }) {
  const tone = line ? styles[line.kind] : styles["nothing"];
  return (
    <>
      <td className={classes(styles["number"], tone)}>{number}</td>
      <td className={classes(styles["code"], tone)}>
        {line && <Sign line={line} />}
        {line && <Text line={line} other={other && other !== line ? other : undefined} />}
      </td>
    </>
  );
}

function Sign({ line }: { line: DiffLine }) {
  return <span className={styles["sign"]}>{{ added: "+", removed: "−", context: " ", note: " " }[line.kind]}</span>;
}

function Text({ line, other }: { line: DiffLine; other: DiffLine | undefined }): ReactNode {
  if (line.kind === "note") return <em>{line.text}</em>;
  if (!other) return line.text || " ";
  const [front, end] = commonEnds(line.text, other.text);
  // Lines that have next to nothing in common are different lines.
  if (front + end < Math.max(line.text.length, other.text.length) / 3) return line.text;
  return (
    <>
      {line.text.slice(0, front)}
      <span className={styles["change"]}>{line.text.slice(front, line.text.length - end)}</span>
      {line.text.slice(line.text.length - end)}
    </>
  );
}

/** Which removed line became which added one. */
function partnersOf(lines: DiffLine[]): Map<DiffLine, DiffLine> {
  const partners = new Map<DiffLine, DiffLine>();
  for (const { left, right } of splitRows(lines)) {
    if (!left || !right || left === right) continue;
    partners.set(left, right);
    partners.set(right, left);
  }
  return partners;
}
