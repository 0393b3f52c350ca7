/** WAV files of 64-bit floats, which numpy's samples become and no browser plays: read, and written as 32-bit floats. */

/** Samples of each channel, -1 … 1. */
export interface Sound {
  sampleRate: number;
  channels: Float32Array[];
}

const FLOAT = 3;
const EXTENSIBLE = 0xfffe;

/** The sound in a WAV file of 64-bit floats; null for every other file, which the browser reads itself. */
export function readDoubles(buffer: ArrayBuffer): Sound | null {
  const view = new DataView(buffer);
  const word = (at: number): string => String.fromCharCode(...new Uint8Array(buffer, at, 4));
  if (buffer.byteLength < 44 || word(0) !== "RIFF" || word(8) !== "WAVE") return null;
  let format = { isDouble: false, channels: 1, sampleRate: 0 };
  for (let at = 12; at + 8 <= buffer.byteLength; ) {
    const size = Math.min(view.getUint32(at + 4, true), buffer.byteLength - at - 8);
    if (word(at) === "fmt " && size >= 16) {
      const tag = view.getUint16(at + 8, true);
      const isFloat = tag === FLOAT || (tag === EXTENSIBLE && size >= 26 && view.getUint16(at + 32, true) === FLOAT);
      format = { isDouble: isFloat && view.getUint16(at + 22, true) === 64, channels: view.getUint16(at + 10, true), sampleRate: view.getUint32(at + 12, true) };
    } else if (word(at) === "data") return format.isDouble && format.channels > 0 ? doubles(view, at + 8, size, format) : null;
    at += 8 + size + (size % 2);
  }
  return null;
}

function doubles(view: DataView, start: number, size: number, { channels, sampleRate }: { channels: number; sampleRate: number }): Sound {
  const frames = Math.floor(size / 8 / channels);
  const samples = Array.from({ length: channels }, () => new Float32Array(frames));
  samples.forEach((channel, number) => {
    for (let frame = 0; frame < frames; frame += 1) channel[frame] = view.getFloat64(start + 8 * (frame * channels + number), true);
  });
  return { sampleRate, channels: samples };
}

/** A WAV file of 32-bit floats. */
export function writeFloats({ sampleRate, channels }: Sound): ArrayBuffer {
  const frames = channels[0]?.length ?? 0;
  const size = 4 * frames * channels.length;
  const view = new DataView(new ArrayBuffer(44 + size));
  const text = (at: number, word: string): void => {
    for (let letter = 0; letter < 4; letter += 1) view.setUint8(at + letter, word.charCodeAt(letter));
  };
  text(0, "RIFF");
  view.setUint32(4, 36 + size, true);
  text(8, "WAVE");
  text(12, "fmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, FLOAT, true);
  view.setUint16(22, channels.length, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, 4 * sampleRate * channels.length, true);
  view.setUint16(32, 4 * channels.length, true);
  view.setUint16(34, 32, true);
  text(36, "data");
  view.setUint32(40, size, true);
  channels.forEach((channel, number) => {
    for (let frame = 0; frame < frames; frame += 1) view.setFloat32(44 + 4 * (frame * channels.length + number), channel[frame] ?? 0, true);
  });
  return view.buffer as ArrayBuffer;
}
