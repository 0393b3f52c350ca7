import { useEffect, useRef, useState } from "react";

// Each letter would be a question to the server.
const typingMs = 250;

/** A text that is typed: shown at once, passed on after a pause. Follows `value` when that changes elsewhere. */
export function useTyped(value: string, onChange: (text: string) => void, waitMs = typingMs): [string, (text: string) => void] {
  const [text, setText] = useState(value);
  const [known, setKnown] = useState(value);
  const latest = useRef(onChange);
  if (known !== value) {
    setKnown(value);
    setText(value);
  }
  useEffect(() => {
    latest.current = onChange;
  });
  useEffect(() => {
    if (text === value) return undefined;
    const timer = setTimeout(() => {
      latest.current(text);
    }, waitMs);
    return () => {
      clearTimeout(timer);
    };
  }, [text, value, waitMs]);
  return [text, setText];
}
