import { Link } from "wouter";

import { Tag } from "../ui/Tag";
import styles from "./ArtifactName.module.css";

/** The name of an artifact or of a version, which leads to its page, and words about it. */
export function ArtifactName({ name, address, about }: { name: string; address: string; about?: string | null }) {
  return (
    <>
      <Link href={address} className={styles["name"]}>
        {name}
      </Link>
      {about !== undefined && about !== null && about !== "" && <span className={styles["soft"]}>{about}</span>}
    </>
  );
}

/** The aliases that a version has. */
export function Aliases({ aliases }: { aliases: readonly string[] }) {
  return (
    <span className={styles["aliases"]}>
      {aliases.map((alias) => (
        <Tag key={alias}>{alias}</Tag>
      ))}
    </span>
  );
}
