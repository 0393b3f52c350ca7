/** Files of numpy arrays: "A Simple File Format for NumPy Arrays" (NEP 1), little-endian numbers in C order. */

/** Numbers of an array, row after row. */
export interface NpyArray {
  shape: number[];
  /** As numpy writes it: `<f4`, `|u1`, …. */
  dtype: string;
  values: ArrayLike<number>;
}

const MAGIC = "\u0093NUMPY";

/** Reads a file. Throws an `Error` in words if it is no array of plain numbers. */
export function parseNpy(buffer: ArrayBuffer): NpyArray {
  const bytes = new Uint8Array(buffer);
  if (buffer.byteLength < 12 || String.fromCharCode(...bytes.subarray(0, 6)) !== MAGIC) {
    throw new Error("this is no file of a numpy array");
  }
  const view = new DataView(buffer);
  const isLong = (bytes[6] ?? 1) > 1;
  const start = isLong ? 12 : 10;
  const end = start + (isLong ? view.getUint32(8, true) : view.getUint16(8, true));
  const header = new TextDecoder("latin1").decode(bytes.subarray(start, end));
  const dtype = /'descr':\s*'([^']+)'/.exec(header)?.[1] ?? "";
  const shape = (/'shape':\s*\(([^)]*)\)/.exec(header)?.[1] ?? "").split(",").filter((part) => part.trim()).map(Number);
  if (/'fortran_order':\s*True/.test(header)) throw new Error("arrays in Fortran order are not shown");
  const count = shape.reduce((product, side) => product * side, 1);
  // A copy, as the header need not end where such numbers may begin.
  return { shape, dtype, values: numbers(dtype, buffer.slice(end), count) };
}

function numbers(dtype: string, data: ArrayBuffer, count: number): ArrayLike<number> {
  const kind = dtype.slice(1);
  const needed = count * Number(kind.slice(1));
  if (dtype.startsWith(">") || !(data.byteLength >= needed)) throw new Error(`arrays of ${dtype} are not shown`);
  switch (kind) {
    case "f4": return new Float32Array(data, 0, count);
    case "f8": return new Float64Array(data, 0, count);
    case "f2": return Float32Array.from(new Uint16Array(data, 0, count), halfFloat);
    case "u1": case "b1": return new Uint8Array(data, 0, count);
    case "u2": return new Uint16Array(data, 0, count);
    case "u4": return new Uint32Array(data, 0, count);
    case "i1": return new Int8Array(data, 0, count);
    case "i2": return new Int16Array(data, 0, count);
    case "i4": return new Int32Array(data, 0, count);
    case "i8": return Float64Array.from(new BigInt64Array(data, 0, count), Number);
    case "u8": return Float64Array.from(new BigUint64Array(data, 0, count), Number);
    default: throw new Error(`arrays of ${dtype} are not shown`);
  }
}

/** IEEE 754 binary16. */
function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
