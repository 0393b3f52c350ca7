import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { classes } from "../ui/classes";
import { ErrorState } from "../ui/EmptyState";
import { formatBytes } from "../ui/format";
import { Segmented } from "../ui/Segmented";
import { Spinner } from "../ui/Spinner";
import { DownloadLink } from "./DownloadLink";
import { AudioView } from "./AudioView";
import { CodeText } from "./CodeText";
import { parseCsv } from "./csv";
import { CsvTable } from "./CsvTable";
import { extensionOf, fileKind } from "./fileKinds";
import { FileOffer } from "./FileOffer";
import { fileText } from "./files";
import styles from "./FileView.module.css";
import { HtmlFrame } from "./HtmlFrame";
import { JsonTree } from "./JsonTree";
import { Notes } from "./Notes";

/** Properties of a `FileView`. */
export interface FileViewProps {
  /** Where the file is fetched. */
  address: string;
  path: string;
  /** In bytes. */
  size: number;
}

const MOST_BYTES = 2_000_000; // of text: more is seen by nobody, and downloaded instead

/** A file: text with colours, images, sounds, videos, pages, JSON and tables; of all others their size and a link. */
export function FileView({ address, path, size }: FileViewProps) {
  const kind = fileKind(path);
  const [raw, setRaw] = useState(false);
  const isText = kind === "text" || kind === "json" || kind === "table" || kind === "notes" || (kind === "html" && raw);
  const canSwitch = kind === "json" || kind === "table" || kind === "notes" || kind === "html";
  return (
    <section className={styles["file"]} aria-label={path}>
      <header className={styles["head"]}>
        <h3 className={styles["path"]}>{path}</h3>
        <span className={styles["size"]}>{formatBytes(size)}</span>
        {canSwitch && (
          <Segmented
            label="How it is shown"
            value={raw ? "text" : "view"}
            choices={[{ value: "view", label: kind === "table" ? "Table" : kind === "json" ? "Tree" : "Page" }, { value: "text", label: "Text" }]}
            onChange={(value) => { setRaw(value === "text"); }}
          />
        )}
        <DownloadLink address={address} label={`Download ${path}`} />
      </header>
      <div className={classes(styles["body"], isText && styles["text"])}>
        {isText ? <TextFile address={address} path={path} size={size} raw={raw} /> : <OtherFile address={address} path={path} size={size} />}
      </div>
    </section>
  );
}

function OtherFile({ address, path, size }: FileViewProps) {
  const kind = fileKind(path);
  if (kind === "image") return <img className={styles["image"]} src={address} alt={path} />; // scripts of an SVG do not run in an <img>
  if (kind === "audio") return <AudioView address={address} record={{ _type: "audio", path }} height={96} />;
  if (kind === "video") return <video className={styles["image"]} src={address} controls preload="metadata" aria-label={path} />;
  if (kind === "html") return <HtmlFrame address={address} title={path} />;
  return <FileOffer address={address} name={path} size={size}>There is no viewer for this kind of file.</FileOffer>;
}

function TextFile({ address, path, size, raw }: FileViewProps & { raw: boolean }) {
  const kind = fileKind(path);
  const query = useQuery({
    queryKey: ["file", address, size], // a file that grew is another one
    queryFn: ({ signal }) => fileText(address, MOST_BYTES, signal),
    gcTime: 60_000,
    retry: false,
  });
  if (query.isPending) return <Spinner label="Loading the file" centred />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} small />;
  const { text, whole } = query.data;
  const cut = whole ? null : <p className={styles["note"]}>The first {formatBytes(MOST_BYTES)} of {formatBytes(size)}. Download it to see the rest.</p>;
  if (text.slice(0, 8_000).includes("\u0000")) return <FileOffer address={address} name={path} size={size}>This is no text.</FileOffer>;
  if (kind === "table" && !raw) return <>{cut}<CsvTable rows={parseCsv(text, extensionOf(path) === "tsv" ? "\t" : ",")} /></>;
  if (kind === "notes" && !raw) return <div className={styles["tree"]}>{cut}<Notes text={text} /></div>;
  const value = kind === "json" && !raw && whole ? parsed(text) : undefined;
  if (value !== undefined) return <div className={styles["tree"]}><JsonTree value={value} label={path} /></div>;
  return <>{cut}<CodeText text={text} extension={extensionOf(path)} label={path} /></>;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // shown as the text that it is
  }
}
