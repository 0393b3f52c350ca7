import { describe, expect, it } from "vitest";

import { exponential, gaussian, runningMean, type Samples, smooth, timeWeighted } from "./smoothing";

function samples(x: number[], y: number[], weights: number[] | null = null): Samples {
  return { x: Float64Array.from(x), y: Float64Array.from(y), length: x.length, weights: weights && Float64Array.from(weights) };
}

const close = (values: Float64Array, expected: number[]) => {
  expect([...values].length).toBe(expected.length);
  expected.forEach((value, i) => {
    if (Number.isNaN(value)) expect(values[i]).toBeNaN();
    else expect(values[i]).toBeCloseTo(value, 10);
  });
};

describe("time-weighted EMA", () => {
  it("gives W&B's values by hand, with uneven steps", () => {
    // The chart is 1,000 wide, so one unit of x is one of the viewport; the amount 0.25 has the weight 0.5.
    // i0: 1; i1 one further: (1·0.5 + 3) / (0.5 + 1); i2 two further: (3.5·0.25 + 5) / (1.5·0.25 + 1).
    close(timeWeighted(samples([0, 1, 3], [1, 3, 5]), 0.25, 1000), [1, 3.5 / 1.5, 5.875 / 1.375]);
  });

  it("is the value itself at amount 0, and the first value is never pulled to zero", () => {
    close(timeWeighted(samples([0, 1], [7, 9]), 0, 1000), [7, 9]);
    expect(timeWeighted(samples([0, 1], [7, 9]), 0.99, 1000)[0]).toBe(7);
  });

  it("leaves NaN as a gap and goes on behind it", () => {
    close(timeWeighted(samples([0, 1, 2], [1, NaN, 3]), 0.25, 1000), [1, NaN, (1 * 0.25 + 3) / 1.25]);
  });

  it("weighs a bucket by its points", () => {
    close(timeWeighted(samples([0, 1], [1, 3], [1, 3]), 0.25, 1000), [1, (0.5 + 9) / 3.5]);
  });
});

describe("EMA", () => {
  it("gives TensorBoard's corrected values by hand", () => {
    // last: 0.5, 1.75; correction: 1 - 0.5, 1 - 0.25.
    close(exponential(samples([0, 1], [1, 3]), 0.5), [1, 1.75 / 0.75]);
  });

  it("takes a bucket of equal points for those points", () => {
    const points = exponential(samples([0, 1, 2, 3], [2, 5, 5, 5]), 0.8);
    const bucket = exponential(samples([0, 2], [2, 5], [1, 3]), 0.8);
    expect(bucket[1]).toBeCloseTo(points[3]!, 12);
  });
});

describe("Gaussian", () => {
  it("weighs by the distance in x", () => {
    const near = Math.exp(-0.5);
    const far = Math.exp(-2);
    close(gaussian(samples([0, 1, 2], [1, 2, 9]), 1), [
      (1 + 2 * near + 9 * far) / (1 + near + far),
      (near + 2 + 9 * near) / (1 + 2 * near),
      (far + 2 * near + 9) / (1 + near + far),
    ]);
  });

  it("does not reach beyond three standard deviations", () => {
    close(gaussian(samples([0, 10], [1, 100]), 1), [1, 100]);
  });
});

describe("running mean", () => {
  it("averages what is within half of the window", () => {
    close(runningMean(samples([0, 1, 2, 3], [1, 2, 6, 8]), 2), [1.5, 3, 16 / 3, 7]);
  });

  it("keeps nothing of a huge value once it has passed", () => {
    close(runningMean(samples([0, 1, 2, 3], [1e20, 1e-3, 1e-3, 1e-3]), 1).slice(2), [1e-3, 1e-3]);
  });
});

describe("smooth", () => {
  it("changes nothing at amount 0, whatever the kind", () => {
    for (const kind of ["none", "twema", "ema", "gaussian", "mean"] as const) {
      close(smooth(samples([0, 1, 2], [1, 5, 2]), { kind, amount: 0 }, 2), [1, 5, 2]);
    }
  });

  it("takes infinities for gaps, so that one of them does not swallow the line", () => {
    for (const kind of ["twema", "ema", "gaussian", "mean"] as const) {
      const out = smooth(samples([0, 1, 2], [1, Infinity, 1]), { kind, amount: 0.5 }, 2);
      expect(out[1]).toBeNaN();
      expect(out[2]).toBeCloseTo(1, 12);
    }
  });
});
