import { DownloadLink } from "./DownloadLink";
import type { VideoRecord } from "./records";
import styles from "./VideoView.module.css";

/** Properties of a `VideoView`. */
export interface VideoViewProps {
  address: string;
  record: VideoRecord;
  /** Pixels that it may fill. */
  width: number;
  height: number;
}

const SMALL = 160; // pixels: smaller pictures are enlarged with their pixels as squares

/** A video with its caption; GIF files move by themselves. */
export function VideoView({ address, record, width, height }: VideoViewProps) {
  const scale = record.width && record.height ? Math.min(width / record.width, (height - 22) / record.height) : null;
  const size = scale !== null && record.width && record.height ? { width: record.width * scale, height: record.height * scale } : { width, height: height - 22 };
  const isSmall = (record.width ?? SMALL) < SMALL;
  const style = { ...size, imageRendering: isSmall ? ("pixelated" as const) : ("auto" as const) };
  return (
    <figure className={styles["video"]}>
      {record.format === "gif" ? (
        <img src={address} alt={record.caption ?? "A video without sound"} loading="lazy" style={style} />
      ) : (
        <video src={address} controls loop muted playsInline preload="metadata" aria-label={record.caption ?? "A video"} style={style} />
      )}
      <figcaption className={styles["caption"]}>
        <span className={styles["words"]}>{record.caption}</span>
        {record.frames !== undefined && record.fps ? <span className={styles["length"]}>{record.frames} frames, {record.fps} fps</span> : null}
        <DownloadLink small address={address} label="Download the video" />
      </figcaption>
    </figure>
  );
}
