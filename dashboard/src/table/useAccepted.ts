/** Search and filters as the server took them last: one of them may be no regular expression, half typed as often as not. */

import { useMemo, useState } from "react";

import { ApiError } from "../api/client";
import type { Condition } from "./conditions";

/** What of a view the server may refuse. */
export interface Typed {
  search: string;
  conditions: Condition[];
}

/** What to ask the server for. */
export interface Accepted {
  asked: Typed;
  /** Why that is not what was typed, in the server's words. */
  refused: string | null;
  /** To be told at each rendering how asking went; `settled` is whether the answer has come. */
  hear: (error: Error | null, options: { settled: boolean }) => void;
}

const nothing: Typed = { search: "", conditions: [] };

/** Fall back to what was taken last as long as the server refuses what was typed. */
export function useAccepted({ search, conditions }: Typed): Accepted {
  const typed = useMemo((): Typed => ({ search, conditions }), [search, conditions]);
  const [accepted, setAccepted] = useState(nothing);
  const [refused, setRefused] = useState<{ typed: Typed; words: string } | null>(null);
  const wrong = refused !== null && same(refused.typed, typed);
  const asked = wrong ? accepted : typed;
  return {
    asked,
    refused: wrong ? refused.words : null,
    hear: (error, { settled }) => {
      if (error instanceof ApiError && error.status === 400 && !wrong && !same(typed, nothing)) setRefused({ typed, words: error.message });
      else if (error === null && settled && !same(asked, accepted)) setAccepted(asked);
    },
  };
}

function same(a: Typed, b: Typed): boolean {
  return JSON.stringify([a.search, a.conditions]) === JSON.stringify([b.search, b.conditions]);
}
