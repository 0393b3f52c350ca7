/** The binary format of series: a header in JSON, then typed arrays. Decoding copies nothing. */

/** One array of an answer. */
export type TypedArray = Float64Array | BigInt64Array | Int32Array | Uint8Array;

/** A decoded answer; places of the header name arrays by their index. */
export interface Arrays<H = Record<string, unknown>> {
  header: H;
  arrays: TypedArray[];
}

interface ArrayHeader {
  type: "f8" | "i8" | "i4" | "u1";
  length: number;
}

const sizes = { f8: 8, i8: 8, i4: 4, u1: 1 } as const;

/** Read an `application/vnd.trailmark.arrays`. Throws a RangeError where the buffer is shorter than it says. */
export function decodeArrays<H = Record<string, unknown>>(buffer: ArrayBuffer): Arrays<H> {
  const length = new DataView(buffer).getUint32(0, true);
  const text = new TextDecoder().decode(new Uint8Array(buffer, 4, length));
  const header = JSON.parse(text) as H & { arrays: ArrayHeader[] };
  let offset = align(4 + length);
  const arrays = header.arrays.map(({ type, length: count }) => {
    const array = view(buffer, type, offset, count);
    offset = align(offset + count * sizes[type]);
    return array;
  });
  return { header, arrays };
}

/** An array as float64, copied only if it is of another type. */
export function floats(array: TypedArray | undefined): Float64Array {
  if (array === undefined) return new Float64Array(0);
  if (array instanceof Float64Array) return array;
  return array instanceof BigInt64Array ? doubles(array) : new Float64Array(array);
}

/** 64-bit integers as float64. Their halves are read as numbers: a BigInt is an object, and an answer has a hundred thousand of them. */
function doubles(integers: BigInt64Array): Float64Array {
  const halves = new Int32Array(integers.buffer, integers.byteOffset, 2 * integers.length);
  const out = new Float64Array(integers.length);
  // Low half first, as in the answer itself.
  for (let i = 0; i < out.length; i++) out[i] = (halves[2 * i + 1] ?? 0) * 2 ** 32 + ((halves[2 * i] ?? 0) >>> 0);
  return out;
}

function view(buffer: ArrayBuffer, type: ArrayHeader["type"], offset: number, count: number): TypedArray {
  switch (type) {
    case "f8":
      return new Float64Array(buffer, offset, count);
    case "i8":
      return new BigInt64Array(buffer, offset, count);
    case "i4":
      return new Int32Array(buffer, offset, count);
    case "u1":
      return new Uint8Array(buffer, offset, count);
  }
}

function align(offset: number): number {
  return (offset + 7) & ~7;
}
