import { useEffect, useRef, useState } from "react";

import { get } from "../api/client";
import type { ConsoleLine, ConsolePage } from "../api/types";
import { consolePath, type LogFilter } from "./useConsole";

/** A search among the lines of a run, and which of the hits is looked at. */
export interface LogSearch {
  text: string;
  setText: (text: string) => void;
  /** How many lines were found; null while nothing is searched for. */
  total: number | null;
  /** Which hit is looked at, from 0; hits beyond the first 1,000 are counted only. */
  at: number;
  /** Its place among the lines; null before it is known. */
  current: number | null;
  error: string | undefined;
  busy: boolean;
  step: (by: 1 | -1) => void;
}

const MOST_HITS = 1000;
const TYPING_MS = 200;

/** Searches as one types. `goTo` is called with the place of the hit that is looked at. */
export function useLogSearch(project: string, run: string, filter: LogFilter, goTo: (place: number) => void): LogSearch {
  const [text, setText] = useState("");
  const [found, setFound] = useState<{ text: string; total: number; lines: ConsoleLine[] } | null>(null);
  const [at, setAt] = useState(0);
  const [current, setCurrent] = useState<number | null>(null);
  const [error, setError] = useState<string>();
  const go = useRef(goTo);
  useEffect(() => {
    go.current = goTo;
  });
  const { stream, rank } = filter;

  useEffect(() => {
    setError(undefined);
    if (text === "") {
      setFound(null);
      setCurrent(null);
      return undefined;
    }
    const stop = new AbortController();
    const timer = setTimeout(() => {
      const address = consolePath(project, run, { stream, rank }, { pattern: text, limit: String(MOST_HITS) }, "/search");
      get<ConsolePage>(address, stop.signal)
        .then((page) => {
          setFound({ text, total: page.total, lines: page.lines });
          setAt(Math.max(0, page.lines.length - 1)); // the newest, as the log begins at its end
        })
        .catch((problem: unknown) => {
          if (!stop.signal.aborted) setError(problem instanceof Error ? problem.message : String(problem));
        });
    }, TYPING_MS);
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [project, run, stream, rank, text]);

  const hit = found?.text === text ? found.lines[at] : undefined;
  useEffect(() => {
    if (!hit) {
      setCurrent(null);
      return undefined;
    }
    const stop = new AbortController();
    placeOf(project, run, { stream, rank }, hit.number, stop.signal)
      .then((place) => {
        setCurrent(place);
        go.current(place);
      })
      .catch((problem: unknown) => {
        if (!stop.signal.aborted) setError(problem instanceof Error ? problem.message : String(problem));
      });
    return () => {
      stop.abort();
    };
  }, [project, run, stream, rank, hit]);

  const count = found?.lines.length ?? 0;
  return {
    text,
    setText,
    total: found?.text === text ? found.total : null,
    at,
    current,
    error,
    busy: text !== "" && found?.text !== text && error === undefined,
    step: (by) => {
      if (count > 0) setAt((at + by + count) % count);
    },
  };
}

/** The place of a line among those of a filter: without one its number, else found by halving. */
async function placeOf(project: string, run: string, filter: LogFilter, number: number, signal: AbortSignal): Promise<number> {
  if (!filter.stream && filter.rank === null) return number;
  let low = 0;
  let high = number; // there cannot be more before it
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const page = await get<ConsolePage>(consolePath(project, run, filter, { first: String(middle), count: "1" }), signal);
    if ((page.lines[0]?.number ?? Number.POSITIVE_INFINITY) < number) low = middle + 1;
    else high = middle;
  }
  return low;
}
