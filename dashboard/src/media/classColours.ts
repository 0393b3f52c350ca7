/** Colours of classes in boxes and masks: by their ids alone, so that a class has one colour in all images and panels. */

/** Red, green and blue, 0 … 255. */
export type Rgb = readonly [number, number, number];

// Bright enough to be seen on photographs; neighbours differ in lightness too, for eyes that do not tell hues apart.
const FIRST: readonly Rgb[] = [
  [74, 144, 226], [255, 159, 28], [46, 196, 122], [232, 65, 95], [168, 112, 255], [0, 201, 219], [255, 214, 10],
  [255, 105, 180], [140, 198, 63], [176, 122, 88], [120, 140, 255], [255, 127, 80], [0, 168, 150], [214, 69, 214],
  [190, 200, 210], [150, 150, 40],
];
const GOLDEN_ANGLE = 137.508; // degrees: hues of ids that follow one another are far apart

/** The colour of a class. */
export function classColour(id: number): Rgb {
  return FIRST[id] ?? fromHue((Math.abs(id) * GOLDEN_ANGLE) % 360, 0.5 + 0.12 * (Math.abs(id) % 3));
}

/** The colour of a class as CSS has it. */
export function classCss(id: number, alpha = 1): string {
  return `rgb(${classColour(id).join(" ")} / ${alpha})`;
}

function fromHue(hue: number, lightness: number): Rgb {
  const saturation = 0.75 * Math.min(lightness, 1 - lightness);
  const shade = (offset: number): number => {
    const turn = (offset + hue / 30) % 12;
    return Math.round(255 * (lightness - saturation * Math.max(-1, Math.min(turn - 3, 9 - turn, 1))));
  };
  return [shade(0), shade(8), shade(4)];
}
