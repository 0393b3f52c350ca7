/** Triangles of OBJ and STL files, without materials, shaded by the way that they face. */

import type { Vertices } from "./scene";

/** The triangles of a Wavefront OBJ file. Faces of more corners are cut into triangles. */
export function parseObj(text: string): Vertices {
  const corners: number[][] = [];
  const places: number[] = [];
  for (const line of text.split("\n")) {
    const [word, ...rest] = line.trim().split(/\s+/);
    if (word === "v") corners.push(rest.slice(0, 3).map(Number));
    else if (word === "f") {
      const face = rest.map((part) => {
        const index = Number.parseInt(part, 10);
        return corners[index < 0 ? corners.length + index : index - 1];
      });
      for (let at = 1; at + 1 < face.length; at += 1) {
        const triangle = [face[0], face[at], face[at + 1]];
        if (triangle.every((corner) => corner !== undefined)) places.push(...triangle.flat());
      }
    }
  }
  return shaded(Float32Array.from(places));
}

const STL_HEADER = 84;
const STL_TRIANGLE = 50;

/** The triangles of an STL file, binary or text. */
export function parseStl(buffer: ArrayBuffer): Vertices {
  const view = new DataView(buffer);
  const count = buffer.byteLength >= STL_HEADER ? view.getUint32(80, true) : 0;
  if (STL_HEADER + STL_TRIANGLE * count !== buffer.byteLength) return parseTextStl(new TextDecoder().decode(buffer));
  const places = new Float32Array(9 * count);
  for (let triangle = 0; triangle < count; triangle += 1) {
    for (let at = 0; at < 9; at += 1) places[9 * triangle + at] = view.getFloat32(STL_HEADER + STL_TRIANGLE * triangle + 12 + 4 * at, true);
  }
  return shaded(places);
}

function parseTextStl(text: string): Vertices {
  const found = [...text.matchAll(/vertex\s+(\S+)\s+(\S+)\s+(\S+)/g)];
  return shaded(Float32Array.from(found.flatMap((vertex) => vertex.slice(1, 4).map(Number))));
}

/** Flat shading, by light from above and a little from the side. */
function shaded(places: Float32Array): Vertices {
  if (places.length % 9 !== 0 || places.length === 0 || !places.every(Number.isFinite)) throw new Error("the file holds no triangles that can be shown");
  const shades = new Uint8Array(places.length);
  const p = (at: number): number => places[at] ?? 0;
  for (let at = 0; at < places.length; at += 9) {
    const [ax, ay, az] = [p(at + 3) - p(at), p(at + 4) - p(at + 1), p(at + 5) - p(at + 2)];
    const [bx, by, bz] = [p(at + 6) - p(at), p(at + 7) - p(at + 1), p(at + 8) - p(at + 2)];
    const normal = [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx];
    const [x = 0, y = 0, z = 0] = normal.map((value) => value / (Math.hypot(...normal) || 1));
    const light = 0.45 + 0.55 * Math.abs(0.3 * x + 0.45 * y + 0.84 * z);
    for (let corner = 0; corner < 3; corner += 1) shades.set([Math.round(150 * light), Math.round(175 * light), Math.round(215 * light)], at + 3 * corner);
  }
  return { places, shades };
}
