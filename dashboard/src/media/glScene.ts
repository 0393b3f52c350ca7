/** Draws scenes with WebGL: points, lines and triangles, each vertex in its colour. */

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

/** A scene on a canvas. */
export interface Drawn {
  /** `size`: of points, in parts of the scene's size. */
  draw: (matrix: Float32Array, size: number) => void;
  free: () => void;
}

/** Puts a scene on the graphics card. Throws an `Error` in words where there is no WebGL. */
export function drawnScene(canvas: HTMLCanvasElement, scene: Scene): Drawn {
  const gl = canvas.getContext("webgl", { antialias: true, alpha: true });
  if (!gl) throw new Error("this browser has no WebGL, which 3D needs");
  const program = linked(gl);
  const layers = [
    { mode: gl.TRIANGLES, ...uploaded(gl, scene.triangles) },
    { mode: gl.POINTS, ...uploaded(gl, scene.points) },
    { mode: gl.LINES, ...uploaded(gl, scene.lines) },
  ];
  gl.useProgram(program);
  const [place, shade] = ["place", "shade"].map((name) => gl.getAttribLocation(program, name));
  const [matrixAt, sizeAt, roundAt] = ["matrix", "size", "round"].map((name) => gl.getUniformLocation(program, name));
  return {
    draw: (matrix, size) => {
      gl.viewport(0, 0, canvas.width, canvas.height);
      gl.clearColor(0, 0, 0, 0);
      gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
      gl.uniformMatrix4fv(matrixAt ?? null, false, matrix);
      gl.uniform1f(sizeAt ?? null, size * canvas.height);
      for (const layer of layers) {
        if (layer.count === 0) continue;
        // Boxes are seen through the points that they hold.
        if (layer.mode === gl.LINES) gl.disable(gl.DEPTH_TEST);
        else gl.enable(gl.DEPTH_TEST);
        gl.uniform1i(roundAt ?? null, layer.mode === gl.POINTS ? 1 : 0);
        gl.bindBuffer(gl.ARRAY_BUFFER, layer.places);
        gl.enableVertexAttribArray(place ?? 0);
        gl.vertexAttribPointer(place ?? 0, 3, gl.FLOAT, false, 0, 0);
        gl.bindBuffer(gl.ARRAY_BUFFER, layer.shades);
        gl.enableVertexAttribArray(shade ?? 1);
        gl.vertexAttribPointer(shade ?? 1, 3, gl.UNSIGNED_BYTE, true, 0, 0);
        gl.drawArrays(layer.mode, 0, layer.count);
      }
    },
    free: () => {
      for (const layer of layers) for (const buffer of [layer.places, layer.shades]) gl.deleteBuffer(buffer);
      gl.deleteProgram(program);
    },
  };
}

function uploaded(gl: WebGLRenderingContext, vertices: Vertices) {
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
    if (!shader) throw new Error("the graphics card gives no more contexts: close other 3D panels");
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(`the graphics card refuses: ${gl.getProgramInfoLog(program) ?? ""}`);
  return program;
}
