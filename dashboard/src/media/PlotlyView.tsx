import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";

import { ErrorState } from "../ui/EmptyState";
import { Spinner } from "../ui/Spinner";
import { useTheme } from "../ui/theme";
import { fileJson } from "./files";
import { isMapping } from "./records";
import styles from "./PlotlyView.module.css";

/** Properties of a `PlotlyView`. */
export interface PlotlyViewProps {
  address: string;
  width: number;
  height: number;
  label: string;
}

interface PlotlyLibrary {
  react: (element: HTMLElement, data: unknown[], layout: object, config: object) => Promise<unknown>;
  purge: (element: HTMLElement) => void;
  addFrames: (element: HTMLElement, frames: unknown[]) => Promise<unknown>;
}

async function library(): Promise<PlotlyLibrary> {
  // The build that makes no code of text, which the page's policy forbids.
  const loaded = (await import("plotly.js-strict-dist-min")) as unknown as { default?: PlotlyLibrary } & PlotlyLibrary;
  return loaded.default ?? loaded;
}

/** A logged figure of plotly, in the colours of the theme where it has none of its own. */
export function PlotlyView({ address, width, height, label }: PlotlyViewProps) {
  const element = useRef<HTMLDivElement>(null);
  const theme = useTheme();
  const [fault, setFault] = useState<unknown>(null);
  const [drawn, setDrawn] = useState(false);
  const figure = useQuery({ queryKey: ["figure", address], queryFn: ({ signal }) => fileJson(address, signal), retry: false });
  useEffect(() => {
    const target = element.current;
    const content = figure.data;
    if (!target || !isMapping(content)) return undefined;
    let stale = false;
    const style = getComputedStyle(target);
    const draw = async (): Promise<void> => {
      const plotly = await library();
      if (stale) return;
      const data = Array.isArray(content["data"]) ? (content["data"] as unknown[]) : [];
      const layout = themed(isMapping(content["layout"]) ? content["layout"] : {}, style, { width: Math.floor(width), height: Math.floor(height) });
      await plotly.react(target, structuredClone(data), layout, { displaylogo: false, responsive: false, showSendToCloud: false, plotlyServerURL: "", topojsonURL: "/", modeBarButtonsToRemove: ["sendDataToCloud"] });
      if (Array.isArray(content["frames"]) && !stale) await plotly.addFrames(target, content["frames"]);
      setDrawn(true);
    };
    draw().catch((error: unknown) => {
      if (!stale) setFault(error);
    });
    return () => {
      stale = true;
    };
  }, [figure.data, width, height, theme]);
  useEffect(() => {
    const target = element.current;
    return () => {
      if (target) void library().then((plotly) => { plotly.purge(target); });
    };
  }, []);
  const isFigure = figure.data === undefined || isMapping(figure.data);
  const error = fault ?? (isFigure ? figure.error : new Error("the file holds no figure of plotly"));
  return (
    <div className={styles["figure"]} role="figure" aria-label={label} style={{ height }}>
      {error === null && !drawn && <Spinner label="Loading the figure" centred />}
      {error !== null && <ErrorState error={error} small />}
      <div ref={element} />
    </div>
  );
}

function themed(layout: Record<string, unknown>, style: CSSStyleDeclaration, size: { width: number; height: number }): object {
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const axis = { gridcolor: colour("--line"), zerolinecolor: colour("--line-strong"), linecolor: colour("--line-strong"), automargin: true };
  const scene = { ...axis, backgroundcolor: "rgba(0,0,0,0)", showbackground: false };
  const ours = {
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { color: colour("--text-soft"), family: style.fontFamily, size: 11 },
    title: { font: { color: colour("--text"), size: 13 }, x: 0.02, xanchor: "left" },
    legend: { bgcolor: "rgba(0,0,0,0)" },
    hoverlabel: { font: { family: style.fontFamily } },
    xaxis: axis,
    yaxis: axis,
    scene: { xaxis: scene, yaxis: scene, zaxis: scene },
  };
  const template = isMapping(layout["template"]) ? layout["template"] : {};
  const inner = isMapping(template["layout"]) ? template["layout"] : {};
  const hasTitle = isMapping(layout["title"]) ? Boolean(layout["title"]["text"]) : Boolean(layout["title"]);
  return {
    margin: { l: 44, r: 16, t: hasTitle ? 36 : 16, b: 36 },
    ...layout,
    // plotly's own template is white; what the figure itself says stays.
    template: { ...template, layout: { ...inner, ...ours } },
    ...size,
    autosize: false,
  };
}
