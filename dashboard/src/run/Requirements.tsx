import { Copy, Search } from "lucide-react";
import { useMemo, useState } from "react";

import { parseRequirements } from "../compare/requirements";
import { copyText } from "../ui/CopySnippet";
import { IconButton } from "../ui/IconButton";
import { TextField } from "../ui/TextField";
import { toast } from "../ui/Toasts";
import styles from "./Requirements.module.css";

/** The packages of a run, in columns, with a search. */
export function Requirements({ text }: { text: string }) {
  const [search, setSearch] = useState("");
  const packages = useMemo(() => [...parseRequirements(text)].sort(([a], [b]) => a.localeCompare(b)), [text]);
  const found = packages.filter(([name]) => name.includes(search.trim().toLowerCase()));
  return (
    <>
      <div className={styles["bar"]}>
        <TextField label="Search packages" placeholder="Search packages" value={search} onChange={setSearch} icon={<Search />} clearable className={styles["search"] ?? ""} />
        <IconButton
          label="Copy as requirements.txt"
          icon={<Copy />}
          onClick={() => {
            void copyText(text).then(() => {
              toast("Copied");
            });
          }}
        />
      </div>
      <ul className={styles["packages"]}>
        {found.map(([name, version]) => (
          <li key={name}>
            <span>{name}</span>
            <span className={styles["version"]}>{version}</span>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className={styles["version"]}>No package has this in its name.</p>}
    </>
  );
}
