import { useState } from "react";

import { TextField } from "../ui/TextField";

/** A number to type, or nothing: an empty field is null and means automatic. What is no number is said, not taken. */
export function NumberField({ label, value, onChange }: { label: string; value: number | null; onChange: (value: number | null) => void }) {
  const [text, setText] = useState(value === null ? "" : String(value));
  const [given, setGiven] = useState(value);
  if (value !== given) {
    // Changed from elsewhere: another panel's settings, or undo.
    setGiven(value);
    if (parse(text) !== value) setText(value === null ? "" : String(value));
  }
  const wrong = text.trim() !== "" && parse(text) === null;
  return (
    <TextField
      label={label}
      labelled
      value={text}
      placeholder="auto"
      inputMode="decimal"
      error={wrong ? "Not a number" : undefined}
      onChange={(next) => {
        setText(next);
        const number = parse(next);
        if (next.trim() === "" || number !== null) {
          setGiven(number);
          onChange(number);
        }
      }}
    />
  );
}

function parse(text: string): number | null {
  const number = Number(text);
  return text.trim() === "" || !Number.isFinite(number) ? null : number;
}
