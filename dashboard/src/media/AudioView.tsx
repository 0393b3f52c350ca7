import { type MouseEvent, useEffect, useRef, useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { Pause, Play } from "lucide-react";

import { IconButton } from "../ui/IconButton";
import { useTheme } from "../ui/theme";
import { DownloadLink } from "./DownloadLink";
import styles from "./AudioView.module.css";
import { fileBytes } from "./files";
import type { AudioRecord } from "./records";
import { useObjectAddress } from "./useObjectAddress";
import { useSize } from "./useSize";
import { useVisible } from "./useVisible";
import { readDoubles, writeFloats } from "./wav";
import { clock, type Peaks, peaksOf } from "./waveform";

/** Properties of an `AudioView`. */
export interface AudioViewProps {
  address: string;
  record: AudioRecord;
  /** Of the waveform, in pixels. */
  height?: number;
}

const COLUMNS = 2_000; // of peaks: more than a screen has
const LONGEST_S = 1_200; // longer sounds are played but not drawn: decoded they take 200 MB and more

/** A sound: its waveform, which plays from where one clicks, and its caption. */
export function AudioView({ address, record, height = 56 }: AudioViewProps) {
  const box = useRef<HTMLDivElement>(null);
  const audio = useRef<HTMLAudioElement>(null);
  const visible = useVisible(box);
  const [playing, setPlaying] = useState(false);
  const [at, setAt] = useState(0);
  const known = record.frames && record.sample_rate ? record.frames / record.sample_rate : null;
  const decoded = useQuery({
    queryKey: ["peaks", address],
    queryFn: async ({ signal }) => decode(await fileBytes(address, signal)),
    enabled: visible && (known ?? 0) <= LONGEST_S,
    retry: false,
  });
  const duration = known ?? decoded.data?.duration ?? 0;
  const converted = useObjectAddress(decoded.data?.playable ?? null);
  useEffect(() => {
    if (!playing) return undefined;
    let frame = requestAnimationFrame(function follow() {
      setAt(audio.current?.currentTime ?? 0);
      frame = requestAnimationFrame(follow);
    });
    return () => {
      cancelAnimationFrame(frame);
    };
  }, [playing]);
  const seek = (seconds: number): void => {
    if (!audio.current) return;
    audio.current.currentTime = Math.max(0, Math.min(duration, seconds));
    setAt(audio.current.currentTime);
  };
  const toggle = (): void => {
    if (audio.current?.paused === true) void audio.current.play().catch(() => { setPlaying(false); });
    else audio.current?.pause();
  };
  return (
    <div ref={box} className={styles["audio"]}>
      <IconButton label={playing ? "Pause" : "Play"} icon={playing ? <Pause /> : <Play />} onClick={toggle} />
      <div
        className={styles["wave"]}
        style={{ height }}
        role="slider"
        tabIndex={0}
        aria-label={record.caption ?? "Sound"}
        aria-valuemin={0}
        aria-valuemax={Number(duration.toFixed(2))}
        aria-valuenow={Number(at.toFixed(2))}
        aria-valuetext={`${clock(at)} of ${clock(duration)}`}
        onClick={(event: MouseEvent) => {
          const place = event.currentTarget.getBoundingClientRect();
          seek(((event.clientX - place.x) / place.width) * duration);
        }}
        onKeyDown={(event) => {
          if (event.key === "ArrowRight") seek(at + duration / 20);
          else if (event.key === "ArrowLeft") seek(at - duration / 20);
          else if (event.key === " " || event.key === "Enter") toggle();
          else return;
          event.preventDefault();
        }}
      >
        {decoded.data && <Waveform peaks={decoded.data.peaks} progress={duration ? at / duration : 0} />}
        {decoded.isError && <span className={styles["note"]}>This browser cannot draw this format; it can be downloaded.</span>}
      </div>
      <span className={styles["time"]}>{playing || at > 0 ? clock(at) : clock(duration)}</span>
      <DownloadLink small address={address} label="Download the sound" />
      <audio
        ref={audio}
        src={visible ? (converted ?? address) : undefined}
        preload="none"
        onPlay={() => { setPlaying(true); }}
        onPause={() => { setPlaying(false); }}
        onEnded={() => { setPlaying(false); setAt(0); }}
      />
      {record.caption && <p className={styles["caption"]}>{record.caption}</p>}
    </div>
  );
}

function Waveform({ peaks, progress }: { peaks: Peaks[]; progress: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(canvas);
  const theme = useTheme();
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (!element || !context || size.width === 0) return;
    const density = window.devicePixelRatio || 1;
    Object.assign(element, { width: Math.round(size.width * density), height: Math.round(size.height * density) });
    const style = getComputedStyle(element);
    const [soft, strong] = [style.getPropertyValue("--line-strong"), style.getPropertyValue("--accent")];
    peaks.forEach(({ low, high }, channel) => {
      const lane = element.height / peaks.length;
      const middle = lane * (channel + 0.5);
      for (let x = 0; x < element.width; x += 1) {
        const from = Math.floor((x / element.width) * high.length);
        const to = Math.max(from + 1, Math.floor(((x + 1) / element.width) * high.length));
        let [least, most] = [0, 0];
        for (let column = from; column < to; column += 1) {
          least = Math.min(least, low[column] ?? 0);
          most = Math.max(most, high[column] ?? 0);
        }
        context.fillStyle = x / element.width < progress ? strong : soft;
        const top = middle - Math.min(1, most) * lane * 0.48;
        context.fillRect(x, top, 1, Math.max(density, middle - Math.max(-1, least) * lane * 0.48 - top));
      }
    });
  }, [peaks, progress, size, theme]);
  return <canvas ref={canvas} className={styles["canvas"]} aria-hidden="true" />;
}

interface Decoded {
  peaks: Peaks[];
  duration: number;
  /** A file that the browser plays in place of the logged one. */
  playable: Blob | null;
}

/** The peaks of each channel, at most two. Decoding needs no sound device. */
async function decode(bytes: ArrayBuffer): Promise<Decoded> {
  const doubles = readDoubles(bytes);
  if (doubles) {
    const duration = (doubles.channels[0]?.length ?? 0) / doubles.sampleRate;
    return { peaks: drawn(doubles.channels), duration, playable: new Blob([writeFloats(doubles)], { type: "audio/wav" }) };
  }
  const sound = await new OfflineAudioContext(1, 1, 44_100).decodeAudioData(bytes);
  const channels = Array.from({ length: Math.min(2, sound.numberOfChannels) }, (_, channel) => sound.getChannelData(channel));
  return { peaks: drawn(channels), duration: sound.duration, playable: null };
}

function drawn(channels: Float32Array[]): Peaks[] {
  return channels.slice(0, 2).map((samples) => peaksOf(samples, COLUMNS));
}
