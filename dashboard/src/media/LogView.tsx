import { type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDownToLine, Terminal } from "lucide-react";

import type { ConsoleLine } from "../api/types";
import { Button } from "../ui/Button";
import { classes } from "../ui/classes";
import { EmptyState, ErrorState } from "../ui/EmptyState";
import { plural } from "../ui/format";
import { Spinner } from "../ui/Spinner";
import { AnsiText } from "./LogLine";
import { LogToolbar } from "./LogToolbar";
import styles from "./LogView.module.css";
import { searchPattern } from "./matches";
import { type LogFilter, useConsole } from "./useConsole";
import { useLogSearch } from "./useLogSearch";

/** Properties of a `LogView`. */
export interface LogViewProps {
  project: string;
  run: string;
  /** The ranks that printed something; with several there is a filter. */
  ranks?: readonly number[];
  /** Whether more may come. */
  live?: boolean;
}

const LINE_HEIGHT = 20;
// Browsers lay out no more than some 17 million pixels; of longer logs the end is shown, and all is searched and downloaded.
const MOST_LINES = 800_000;

/** What a run printed: fills the height that it is given. It begins at the end, and stays there while more comes. */
export function LogView({ project, run, ranks = [0], live = false }: LogViewProps) {
  const [filter, setFilter] = useState<LogFilter>({ stream: null, rank: null });
  const [times, setTimes] = useState(false);
  const [wrap, setWrap] = useState(false);
  const [follow, setFollow] = useState(true);
  const pages = useConsole(project, run, filter);
  const total = pages.total ?? 0;
  const skipped = Math.max(0, total - MOST_LINES);
  const scroller = useRef<HTMLDivElement>(null);
  const lastTop = useRef(0);
  const rows = useVirtualizer({
    count: total - skipped,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_HEIGHT,
    overscan: 30,
  });
  const items = rows.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items[items.length - 1]?.index ?? 0;

  useEffect(() => {
    if (total > 0) pages.show(first + skipped, last + skipped);
  }, [pages, first, last, skipped, total]);
  useEffect(() => {
    rows.measure();
  }, [rows, wrap]);
  const toEnd = useCallback(() => {
    const element = scroller.current;
    if (element) element.scrollTop = element.scrollHeight;
  }, []);
  useLayoutEffect(() => {
    if (follow) toEnd();
  }, [follow, toEnd, total, pages.version, wrap]);

  const goTo = useCallback(
    (place: number) => {
      setFollow(false);
      rows.scrollToIndex(Math.max(0, place - skipped), { align: "center" });
    },
    [rows, skipped],
  );
  const search = useLogSearch(project, run, filter, goTo);
  const pattern = useMemo(() => searchPattern(search.text), [search.text]);

  return (
    <section className={classes(styles["log"], wrap && styles["wrap"])} aria-label="Console">
      <LogToolbar
        {...{ project, run, ranks, filter, total, times, wrap, search }}
        onFilter={(next) => {
          setFilter(next);
          setFollow(true);
        }}
        onTimes={setTimes}
        onWrap={setWrap}
      />
      {skipped > 0 && <p className={styles["note"]}>The last {MOST_LINES.toLocaleString("en-US")} of {plural(total, "line")}. Search and download take in all.</p>}
      <div
        ref={scroller}
        className={styles["scroller"]}
        tabIndex={0}
        role="region"
        aria-label="Lines"
        onScroll={(event) => {
          const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
          const isAtEnd = scrollHeight - scrollTop - clientHeight < LINE_HEIGHT;
          // Only a person scrolls up: following goes down.
          if (isAtEnd) setFollow(true);
          else if (scrollTop < lastTop.current) setFollow(false);
          lastTop.current = scrollTop;
        }}
        onKeyDown={(event) => {
          keys(event, toEnd, setFollow);
        }}
      >
        <div className={styles["lines"]} style={{ height: rows.getTotalSize() }}>
          {items.map((item) => (
            <Row
              key={item.key}
              ref={wrap ? rows.measureElement : undefined}
              index={item.index}
              top={item.start}
              line={pages.line(item.index + skipped)}
              place={item.index + skipped}
              times={times}
              rank={ranks.length > 1}
              current={search.current === item.index + skipped}
              pattern={pattern}
            />
          ))}
        </div>
        {pages.total === null && pages.error === null && <Spinner label="Loading the console" centred />}
        {pages.total === null && pages.error !== null && <ErrorState error={pages.error} onRetry={() => void pages.refresh()} small />}
        {pages.total === 0 && (
          <EmptyState title={filter.stream || filter.rank !== null ? "No such lines" : "Nothing was printed"} icon={<Terminal />} small>
            {live ? "Lines appear here as they are printed." : "This run printed nothing, or its console was not captured."}
          </EmptyState>
        )}
      </div>
      {!follow && total > 0 && (
        <Button
          small
          className={styles["toEnd"]}
          icon={<ArrowDownToLine />}
          onClick={() => {
            setFollow(true);
          }}
        >
          {live ? "Not following: go to the end" : "Go to the end"}
        </Button>
      )}
      <p className={styles["status"]} role="status">
        {plural(total, "line")}
        {live && (follow ? " · following" : " · not following")}
      </p>
    </section>
  );
}

function keys(event: KeyboardEvent, toEnd: () => void, setFollow: (follow: boolean) => void): void {
  if (["ArrowUp", "PageUp", "Home"].includes(event.key)) setFollow(false);
  if (event.key === "End") {
    setFollow(true);
    toEnd();
  }
}

interface RowProps {
  ref: ((element: Element | null) => void) | undefined;
  index: number;
  top: number;
  line: ConsoleLine | undefined;
  place: number;
  times: boolean;
  rank: boolean;
  current: boolean;
  pattern: RegExp | null;
}

function Row({ ref, index, top, line, place, times, rank, current, pattern }: RowProps) {
  const isError = line?.stream === "stderr";
  return (
    <div
      ref={ref}
      data-index={index}
      className={classes(styles["row"], isError && styles["stderr"], current && styles["current"])}
      style={{ transform: `translateY(${top}px)` }}
    >
      <span className={styles["number"]} aria-hidden="true">
        {(line?.number ?? place) + 1}
      </span>
      {times && <time className={styles["time"]}>{line ? clockOf(line.time) : ""}</time>}
      {rank && <span className={styles["rank"]}>{line ? `r${line.rank}` : ""}</span>}
      <span className={styles["text"]}>
        {isError && <span className="visually-hidden">error output: </span>}
        {line ? <AnsiText text={line.text} pattern={pattern} /> : <span className={styles["waiting"]}>…</span>}
      </span>
    </div>
  );
}

function clockOf(time: number): string {
  const date = new Date(time * 1000);
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, "0"));
  return `${parts.join(":")}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}
