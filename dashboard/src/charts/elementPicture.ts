/** Pictures of charts that are made of elements (SVG, HTML, a canvas among them): the browser draws them once more, in either theme. */

import { picturePng, type PictureTheme, sheet, swapRunColours } from "./picture";

/** Paints a canvas of the chart for the theme of the picture. */
export type Repaint = (canvas: HTMLCanvasElement, dark: boolean) => void;

/** Draw an element as a PNG with a title. A part that scrolls is drawn whole. */
export async function elementPicture(element: Element, title: string, theme: PictureTheme, repaint?: Repaint): Promise<Blob> {
  const shown = element.getBoundingClientRect();
  const size = { width: Math.ceil(shown.width), height: Math.ceil(Math.max(shown.height, element.scrollHeight)) };
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(documentOf(element, size, theme, repaint))}`;
  await image.decode();
  const { canvas, context, top } = sheet(title, size, theme);
  context.drawImage(image, 0, top, size.width, size.height);
  return picturePng(canvas);
}

/** The element as an SVG document of its own, with the style sheets of the page: its root has the theme, as that of the page has. */
function documentOf(element: Element, size: { width: number; height: number }, theme: PictureTheme, repaint: Repaint | undefined): string {
  const copy = element.cloneNode(true) as HTMLElement | SVGElement;
  copy.style.width = `${size.width}px`;
  copy.style.height = `${size.height}px`;
  const canvases = element.querySelectorAll("canvas");
  copy.querySelectorAll("canvas").forEach((canvas, i) => {
    canvas.replaceWith(imageOf(canvases[i]!, theme, repaint));
  });
  const rules = [...document.styleSheets].flatMap((each) => [...each.cssRules].map((rule) => rule.cssText)).join("\n");
  const markup = swapRunColours(new XMLSerializer().serializeToString(copy), theme);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" data-theme="${theme}" width="${size.width}" height="${size.height}">` +
    `<style><![CDATA[${rules}]]></style><foreignObject width="100%" height="100%">` +
    `<body xmlns="http://www.w3.org/1999/xhtml" style="background:none;font-family:${fonts()}">${markup}</body></foreignObject></svg>`
  );
}

/** The fonts of the page without the names that mean the system's: in a picture they mean none. */
function fonts(): string {
  const names = getComputedStyle(document.body).fontFamily.split(",");
  return names.filter((name) => !/system/.test(name) && !/^ui-/.test(name.trim())).join(",").replaceAll('"', "'");
}

function imageOf(canvas: HTMLCanvasElement, theme: PictureTheme, repaint: Repaint | undefined): HTMLImageElement {
  const painted = document.createElement("canvas");
  painted.width = canvas.width;
  painted.height = canvas.height;
  if (repaint) repaint(painted, theme === "dark");
  else painted.getContext("2d")?.drawImage(canvas, 0, 0);
  const image = document.createElement("img");
  image.src = painted.toDataURL();
  image.style.cssText = canvas.style.cssText;
  return image;
}
