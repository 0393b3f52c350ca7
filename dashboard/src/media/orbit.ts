/** A camera that goes round a scene: z points up, as in the point clouds of robots and scanners. Angles in radians. */

/** Where the camera is and what it looks at. */
export interface Orbit {
  yaw: number;
  pitch: number;
  distance: number;
  target: [number, number, number];
}

const STEEPEST = Math.PI / 2 - 0.01; // at the pole itself up has no direction
const VIEW_ANGLE = 0.8;

/** Turns the camera. */
export function turned(orbit: Orbit, yaw: number, pitch: number): Orbit {
  return { ...orbit, yaw: orbit.yaw + yaw, pitch: Math.max(-STEEPEST, Math.min(STEEPEST, orbit.pitch + pitch)) };
}

/** Brings the camera nearer (below 1) or farther. */
export function zoomed(orbit: Orbit, factor: number): Orbit {
  return { ...orbit, distance: orbit.distance * factor };
}

/** Moves what is looked at, by parts of the height of the picture. */
export function panned(orbit: Orbit, right: number, up: number): Orbit {
  const { x, y } = axes(orbit);
  const size = 2 * orbit.distance * Math.tan(VIEW_ANGLE / 2);
  const target = orbit.target.map((value, at) => value + size * (right * (x[at] ?? 0) + up * (y[at] ?? 0)));
  return { ...orbit, target: target as Orbit["target"] };
}

/** A camera that sees all of a scene between two corners. */
export function framing(low: readonly number[], high: readonly number[]): Orbit {
  const target = [0, 1, 2].map((at) => ((low[at] ?? 0) + (high[at] ?? 0)) / 2) as Orbit["target"];
  const radius = Math.hypot(...[0, 1, 2].map((at) => ((high[at] ?? 0) - (low[at] ?? 0)) / 2)) || 1;
  return { yaw: -0.9, pitch: 0.55, distance: (radius * 1.12) / Math.sin(VIEW_ANGLE / 2), target };
}

function axes({ yaw, pitch }: Orbit): { x: number[]; y: number[]; z: number[] } {
  const z = [Math.cos(pitch) * Math.cos(yaw), Math.cos(pitch) * Math.sin(yaw), Math.sin(pitch)];
  const x = [-Math.sin(yaw), Math.cos(yaw), 0];
  const y = [-Math.sin(pitch) * Math.cos(yaw), -Math.sin(pitch) * Math.sin(yaw), Math.cos(pitch)];
  return { x, y, z };
}

/** The matrix from the scene to clip space, by columns, as WebGL takes it. `aspect` is width by height. */
export function matrixOf(orbit: Orbit, aspect: number): Float32Array {
  const { x, y, z } = axes(orbit);
  const eye = orbit.target.map((value, at) => value + (z[at] ?? 0) * orbit.distance);
  const dot = (axis: number[]): number => axis.reduce((sum, value, at) => sum + value * (eye[at] ?? 0), 0);
  const f = 1 / Math.tan(VIEW_ANGLE / 2);
  const near = orbit.distance / 100;
  const far = orbit.distance * 100;
  const depth = (near + far) / (near - far);
  const shift = (2 * near * far) / (near - far);
  const matrix = new Float32Array(16);
  for (let at = 0; at < 3; at += 1) {
    matrix[4 * at] = (f / aspect) * (x[at] ?? 0);
    matrix[4 * at + 1] = f * (y[at] ?? 0);
    matrix[4 * at + 2] = depth * (z[at] ?? 0);
    matrix[4 * at + 3] = -(z[at] ?? 0);
  }
  matrix[12] = (-f / aspect) * dot(x);
  matrix[13] = -f * dot(y);
  matrix[14] = -depth * dot(z) + shift;
  matrix[15] = dot(z);
  return matrix;
}

/** Where a point is seen, as parts of width and height from the upper left; null behind the camera. */
export function seenAt(matrix: Float32Array, point: readonly number[]): [number, number] | null {
  const [x = 0, y = 0, z = 0] = point;
  const row = (at: number): number => (matrix[at] ?? 0) * x + (matrix[at + 4] ?? 0) * y + (matrix[at + 8] ?? 0) * z + (matrix[at + 12] ?? 0);
  const w = row(3);
  return w > 0 ? [(row(0) / w + 1) / 2, (1 - row(1) / w) / 2] : null;
}
