/**
 * Ids in PNG files of gray values or palette indices (W3C PNG, third edition).
 *
 * A canvas would turn indices into colours and 16 bits into 8, so that the ids of masks would be lost.
 */

/** One id for each pixel, row by row. */
export interface Ids {
  width: number;
  height: number;
  values: Uint8Array | Uint16Array;
}

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];

/** Reads the ids of a PNG file. Throws an `Error` in words for other files, colours and interlaced ones. */
export async function readIds(buffer: ArrayBuffer): Promise<Ids> {
  const bytes = new Uint8Array(buffer);
  const view = new DataView(buffer);
  if (!SIGNATURE.every((byte, at) => bytes[at] === byte)) throw new Error("the mask is no PNG file");
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  const [depth = 8, colour = 0, , , interlaced] = bytes.subarray(24, 29);
  if ((colour !== 0 && colour !== 3) || interlaced) throw new Error("the mask is no plain gray or palette PNG file");
  const pieces: Uint8Array[] = [];
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (name === "IDAT") pieces.push(bytes.subarray(at + 8, at + 8 + length));
    if (name === "IEND") break;
    at += 12 + length;
  }
  const data = new Uint8Array(await inflated(pieces));
  const stride = Math.ceil((width * depth) / 8);
  if (data.length < height * (stride + 1)) throw new Error("the mask's file is not complete");
  unfilter(data, height, stride, depth === 16 ? 2 : 1);
  return { width, height, values: unpacked(data, width, height, stride, depth) };
}

function inflated(pieces: readonly Uint8Array[]): Promise<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  const stream = new Response(whole).body?.pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream ?? null).arrayBuffer();
}

/** Undoes the filters of all rows, in place. */
function unfilter(data: Uint8Array, height: number, stride: number, step: number): void {
  for (let row = 0; row < height; row += 1) {
    const start = row * (stride + 1) + 1;
    const filter = data[start - 1] ?? 0;
    if (filter === 0) continue;
    for (let at = 0; at < stride; at += 1) {
      const here = start + at;
      const left = at >= step ? (data[here - step] ?? 0) : 0;
      const up = row > 0 ? (data[here - stride - 1] ?? 0) : 0;
      const corner = row > 0 && at >= step ? (data[here - stride - 1 - step] ?? 0) : 0;
      data[here] = (data[here] ?? 0) + predicted(filter, left, up, corner); // a Uint8Array keeps it below 256
    }
  }
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  const guess = left + up - corner; // Paeth
  const byLeft = Math.abs(guess - left);
  const byUp = Math.abs(guess - up);
  const byCorner = Math.abs(guess - corner);
  return byLeft <= byUp && byLeft <= byCorner ? left : byUp <= byCorner ? up : corner;
}

function unpacked(data: Uint8Array, width: number, height: number, stride: number, depth: number): Ids["values"] {
  const values = depth === 16 ? new Uint16Array(width * height) : new Uint8Array(width * height);
  const perByte = 8 / depth;
  const mask = (1 << depth) - 1;
  for (let row = 0; row < height; row += 1) {
    const start = row * (stride + 1) + 1;
    for (let x = 0; x < width; x += 1) {
      const to = row * width + x;
      if (depth === 16) values[to] = ((data[start + 2 * x] ?? 0) << 8) | (data[start + 2 * x + 1] ?? 0);
      else if (depth === 8) values[to] = data[start + x] ?? 0;
      else {
        const byte = data[start + Math.floor(x / perByte)] ?? 0;
        values[to] = (byte >> (8 - depth * ((x % perByte) + 1))) & mask;
      }
    }
  }
  return values;
}
