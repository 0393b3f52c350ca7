import { Copy, ExternalLink } from "lucide-react";
import { Link } from "wouter";

import { classes } from "../ui/classes";
import { copyText } from "../ui/CopySnippet";
import { toast } from "../ui/Toasts";
import styles from "./Facts.module.css";
import type { Fact, FactGroup } from "./facts";

/** Facts about a run under their headings. */
export function Facts({ groups }: { groups: FactGroup[] }) {
  return (
    <div className={styles["groups"]}>
      {groups.map((group) => (
        <section key={group.title}>
          <h3 className={styles["title"]}>{group.title}</h3>
          <dl className={styles["facts"]}>
            {group.facts.map((fact, index) => (
              <div key={index} className={styles["fact"]}>
                <dt>{fact.name}</dt>
                <dd className={classes(fact.code && styles["code"])}>
                  <FactValue fact={fact} />
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  );
}

function FactValue({ fact }: { fact: Fact }) {
  if (fact.url !== undefined) {
    return (
      <a href={fact.url} target="_blank" rel="noopener noreferrer">
        {fact.value} <ExternalLink aria-hidden />
      </a>
    );
  }
  if (fact.page !== undefined) return <Link href={fact.page}>{fact.value}</Link>;
  if (!fact.copy) return <span>{fact.value}</span>;
  return (
    <button
      type="button"
      className={styles["copy"]}
      title="Copy"
      aria-label={`Copy ${fact.name.toLowerCase()}: ${fact.value}`}
      onClick={() => {
        void copyText(fact.value).then(() => {
          toast("Copied");
        });
      }}
    >
      {fact.value} <Copy aria-hidden />
    </button>
  );
}
