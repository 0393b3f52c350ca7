import styles from "./HtmlFrame.module.css";

/** Properties of an `HtmlFrame`. */
export interface HtmlFrameProps {
  address: string;
  title: string;
  /** Pixels; the whole of what it is in without one. */
  height?: number;
}

/**
 * A logged page. The frame has an origin of its own, so that its scripts reach nothing of the dashboard; the server sends
 * the page with the same restriction, for the case that it is opened by itself.
 */
export function HtmlFrame({ address, title, height }: HtmlFrameProps) {
  return (
    <iframe
      className={styles["frame"]}
      style={height === undefined ? undefined : { height }}
      src={address}
      title={title}
      sandbox="allow-scripts allow-popups"
      referrerPolicy="no-referrer"
      loading="lazy"
    />
  );
}
