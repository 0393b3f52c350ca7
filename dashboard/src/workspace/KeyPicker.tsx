import { Search } from "lucide-react";
import { useState } from "react";

import type { Key } from "../api/types";
import { Checkbox } from "../ui/Checkbox";
import { formatCount } from "../ui/format";
import { Tag } from "../ui/Tag";
import { TextField } from "../ui/TextField";
import styles from "./KeyPicker.module.css";

// More cannot be looked through; the search finds the rest.
const mostListed = 100;

/** Properties of a `KeyPicker`. */
export interface KeyPickerProps {
  keys: Key[];
  chosen: string[];
  /** Several may be taken; otherwise taking one leaves the other. */
  several: boolean;
  onChange: (chosen: string[]) => void;
}

/** Chooses keys by searching and ticking. */
export function KeyPicker({ keys, chosen, several, onChange }: KeyPickerProps) {
  const [search, setSearch] = useState("");
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = keys.filter((key) => words.every((word) => key.key.toLowerCase().includes(word)));
  return (
    <fieldset className={styles["picker"]}>
      <legend>{several ? "Keys" : "Key"}</legend>
      <TextField label="Search keys" placeholder="Search keys" icon={<Search />} clearable value={search} onChange={setSearch} />
      {several && chosen.length > 0 && (
        <div className={styles["chosen"]}>
          {chosen.map((key) => (
            <Tag key={key} tone="accent" removeLabel={`Remove ${key}`} onRemove={() => { onChange(chosen.filter((each) => each !== key)); }}>
              {key}
            </Tag>
          ))}
        </div>
      )}
      <div className={styles["list"]}>
        {found.slice(0, mostListed).map((key) => (
          <div key={`${key.stream} ${key.key} ${key.kind}`} className={styles["line"]}>
            <Checkbox
              label={key.key}
              checked={chosen.includes(key.key)}
              onChange={(checked) => {
                if (!several) onChange(checked ? [key.key] : []);
                else onChange(checked ? [...chosen, key.key] : chosen.filter((each) => each !== key.key));
              }}
            />
            <span className={styles["count"]} title={`${key.points} points in ${key.runs} runs`}>
              {formatCount(key.runs)} {key.runs === 1 ? "run" : "runs"}
            </span>
          </div>
        ))}
        {found.length === 0 && <p className={styles["none"]}>Nothing of this kind was logged.</p>}
      </div>
    </fieldset>
  );
}
