import { expect, it } from "vitest";

import { resolutionFor } from "./xAxis";

it("asks for at least a bucket a pixel, and for the same in charts of about the same width", () => {
  expect([10, 256, 257, 370, 384, 385, 555, 900, 1100, 9000].map(resolutionFor)).toEqual([256, 256, 384, 384, 384, 512, 768, 1024, 1536, 4096]);
});
