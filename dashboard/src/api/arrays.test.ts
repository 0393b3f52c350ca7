import { describe, expect, it } from "vitest";

import { decodeArrays, floats } from "./arrays";

function encode(header: object, parts: Uint8Array[]): ArrayBuffer {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const padded = json.length + ((8 - ((4 + json.length) % 8)) % 8);
  const size = parts.reduce((sum, part) => sum + Math.ceil(part.length / 8) * 8, 4 + padded);
  const bytes = new Uint8Array(size).fill(32, 4, 4 + padded);
  new DataView(bytes.buffer).setUint32(0, padded, true);
  bytes.set(json, 4);
  let offset = 4 + padded;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += Math.ceil(part.length / 8) * 8;
  }
  return bytes.buffer;
}

const bytesOf = (array: Float64Array | BigInt64Array | Int32Array) => new Uint8Array(array.buffer);

describe("decodeArrays", () => {
  it("gives every array its type, length and values, whatever the length of the header", () => {
    const parts = [bytesOf(Float64Array.of(1.5, Number.NaN)), bytesOf(Int32Array.of(7, 8, 9)), Uint8Array.of(1), bytesOf(BigInt64Array.of(-2n))];
    const arrays = [
      { type: "f8", length: 2 },
      { type: "i4", length: 3 },
      { type: "u1", length: 1 },
      { type: "i8", length: 1 },
    ];
    for (const note of ["", "x", "äöü", "long enough"]) {
      const decoded = decodeArrays<{ note: string }>(encode({ note, arrays }, parts));
      expect(decoded.header.note).toBe(note);
      expect(decoded.arrays).toEqual([Float64Array.of(1.5, Number.NaN), Int32Array.of(7, 8, 9), Uint8Array.of(1), BigInt64Array.of(-2n)]);
    }
  });

  it("refuses an answer that was cut off", () => {
    const whole = encode({ arrays: [{ type: "f8", length: 4 }] }, [bytesOf(Float64Array.of(1, 2, 3, 4))]);
    expect(() => decodeArrays(whole.slice(0, whole.byteLength - 8))).toThrow(RangeError);
  });
});

describe("floats", () => {
  it("makes numbers of integers and nothing of a missing array", () => {
    expect([floats(BigInt64Array.of(3n)), floats(undefined)]).toEqual([Float64Array.of(3), new Float64Array(0)]);
  });

  it("rounds 64-bit integers as Number() does", () => {
    const integers = [0n, -1n, -(2n ** 31n), 2n ** 32n - 1n, 2n ** 53n + 1n, 2n ** 53n + 3n, -(2n ** 63n), 2n ** 63n - 1n];
    expect(floats(BigInt64Array.from(integers))).toEqual(Float64Array.from(integers, Number));
  });
});
