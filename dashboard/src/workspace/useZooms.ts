/** The zooms of a page of panels in its address, so that a link and a reload show the same range. */

import { useEffect, useRef, useState } from "react";
import { useLocation, useSearch } from "wouter";

import { noZooms, readZooms, type Zooms, ZoomStore } from "../charts/zooms";
import { pack, unpack } from "./encoding";

const parameter = "z";
// As the view: browsers refuse more than about 100 changes of the address in 30 s.
const writeAfterMs = 350;

/** The zooms of the page. Those of the address come first, also when a link or the back button changes it. */
export function useZooms(): ZoomStore {
  const search = useSearch();
  const [, navigate] = useLocation();
  const told = new URLSearchParams(search).get(parameter) ?? "";
  const [store] = useState(() => new ZoomStore(decodeZooms(told)));
  const written = useRef(told);

  useEffect(() => {
    if (told === written.current) return;
    written.current = told;
    store.take(decodeZooms(told));
  }, [store, told]);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = store.subscribe(() => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        const text = encodeZooms(store.all());
        const parameters = new URLSearchParams(window.location.search);
        if ((parameters.get(parameter) ?? "") === text) return;
        written.current = text;
        if (text === "") parameters.delete(parameter);
        else parameters.set(parameter, text);
        const rest = parameters.toString();
        // In place of the address before: the back button leaves the page, and does not undo one zoom after the other.
        navigate(window.location.pathname + (rest === "" ? "" : `?${rest}`), { replace: true });
      }, writeAfterMs);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [store, navigate]);

  return store;
}

function encodeZooms(zooms: Zooms): string {
  const none = Object.keys(zooms.panels).length + Object.keys(zooms.shared).length === 0;
  return none ? "" : pack(zooms);
}

function decodeZooms(text: string): Zooms {
  return text === "" ? noZooms : readZooms(unpack(text));
}
