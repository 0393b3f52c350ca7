/**
 * Draws scenes with WebGL: points, lines and triangles, each vertex in its colour.
 *
 * A browser keeps some sixteen WebGL contexts and takes the oldest away for another one. So all scenes share one, on a canvas
 * that nobody sees, and each picture is copied to the canvas of its panel, where it stays.
 */

import type { Scene, Vertices } from "./scene";

const VERTEX = `
attribute vec3 place;
attribute vec3 shade;
uniform mat4 matrix;
uniform float size;
varying vec3 colour;
void main() {
  gl_Position = matrix * vec4(place, 1.0);
  gl_PointSize = clamp(size / gl_Position.w, 1.5, 24.0);
  colour = shade;
}`;
const FRAGMENT = `
precision mediump float;
varying vec3 colour;
uniform bool round;
void main() {
  if (round && distance(gl_PointCoord, vec2(0.5)) > 0.5) discard;
  gl_FragColor = vec4(colour, 1.0);
}`;

/** A scene that can be drawn. */
export interface Drawn {
  /** Draws the whole canvas. `size`: of points, in parts of the scene's size. */
  draw: (matrix: Float32Array, size: number) => void;
  free: () => void;
}

/** The context of all scenes, with its program and where its inputs are. */
interface Shared {
  gl: WebGLRenderingContext;
  place: number;
  shade: number;
  matrix: WebGLUniformLocation | null;
  size: WebGLUniformLocation | null;
  round: WebGLUniformLocation | null;
}

interface Layer {
  mode: number;
  places: WebGLBuffer | null;
  shades: WebGLBuffer | null;
  count: number;
}

let opened: Shared | null = null;

/** Prepares a scene for a canvas. Throws an `Error` in words where there is no WebGL. */
export function drawnScene(canvas: HTMLCanvasElement, scene: Scene): Drawn {
  let home = shared();
  let layers = uploaded(home.gl, scene);
  const free = (): void => {
    for (const layer of layers) for (const buffer of [layer.places, layer.shades]) home.gl.deleteBuffer(buffer);
  };
  return {
    draw: (matrix, size) => {
      if (canvas.width === 0 || canvas.height === 0) return;
      const now = shared();
      // The graphics card lost what it held, as when the computer slept.
      if (now !== home) [home, layers] = [now, uploaded(now.gl, scene)];
      render(home, layers, canvas, matrix, size);
      const target = canvas.getContext("2d");
      target?.clearRect(0, 0, canvas.width, canvas.height);
      target?.drawImage(home.gl.canvas, 0, home.gl.canvas.height - canvas.height, canvas.width, canvas.height, 0, 0, canvas.width, canvas.height);
    },
    free,
  };
}

function shared(): Shared {
  if (opened === null || opened.gl.isContextLost()) opened = open();
  return opened;
}

function open(): Shared {
  const gl = document.createElement("canvas").getContext("webgl", { antialias: true, alpha: true });
  if (!gl) throw new Error("this browser has no WebGL, which 3D needs");
  const program = linked(gl);
  gl.useProgram(program);
  const at = (name: string): WebGLUniformLocation | null => gl.getUniformLocation(program, name);
  const [place, shade] = [gl.getAttribLocation(program, "place"), gl.getAttribLocation(program, "shade")];
  gl.enableVertexAttribArray(place);
  gl.enableVertexAttribArray(shade);
  return { gl, place, shade, matrix: at("matrix"), size: at("size"), round: at("round") };
}

/** Draws into the lower left corner of the shared canvas, which grows to the largest scene. */
function render({ gl, place, shade, ...inputs }: Shared, layers: readonly Layer[], { width, height }: HTMLCanvasElement, matrix: Float32Array, size: number): void {
  if (gl.canvas.width < width) gl.canvas.width = width;
  if (gl.canvas.height < height) gl.canvas.height = height;
  gl.viewport(0, 0, width, height);
  gl.clearColor(0, 0, 0, 0);
  gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
  gl.uniformMatrix4fv(inputs.matrix, false, matrix);
  gl.uniform1f(inputs.size, size * height);
  for (const layer of layers) {
    if (layer.count === 0) continue;
    // Boxes are seen through the points that they hold.
    if (layer.mode === gl.LINES) gl.disable(gl.DEPTH_TEST);
    else gl.enable(gl.DEPTH_TEST);
    gl.uniform1i(inputs.round, layer.mode === gl.POINTS ? 1 : 0);
    gl.bindBuffer(gl.ARRAY_BUFFER, layer.places);
    gl.vertexAttribPointer(place, 3, gl.FLOAT, false, 0, 0);
    gl.bindBuffer(gl.ARRAY_BUFFER, layer.shades);
    gl.vertexAttribPointer(shade, 3, gl.UNSIGNED_BYTE, true, 0, 0);
    gl.drawArrays(layer.mode, 0, layer.count);
  }
}

function uploaded(gl: WebGLRenderingContext, scene: Scene): Layer[] {
  return [
    { mode: gl.TRIANGLES, ...buffered(gl, scene.triangles) },
    { mode: gl.POINTS, ...buffered(gl, scene.points) },
    { mode: gl.LINES, ...buffered(gl, scene.lines) },
  ];
}

function buffered(gl: WebGLRenderingContext, vertices: Vertices) {
  const [places, shades] = [gl.createBuffer(), gl.createBuffer()];
  gl.bindBuffer(gl.ARRAY_BUFFER, places);
  gl.bufferData(gl.ARRAY_BUFFER, vertices.places, gl.STATIC_DRAW);
  gl.bindBuffer(gl.ARRAY_BUFFER, shades);
  gl.bufferData(gl.ARRAY_BUFFER, vertices.shades, gl.STATIC_DRAW);
  return { places, shades, count: vertices.places.length / 3 };
}

function linked(gl: WebGLRenderingContext): WebGLProgram {
  const program = gl.createProgram();
  for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]] as const) {
    const shader = gl.createShader(kind);
    if (!shader) throw new Error("the graphics card lost its context: open this page again");
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(`the graphics card refuses: ${gl.getProgramInfoLog(program) ?? ""}`);
  return program;
}
