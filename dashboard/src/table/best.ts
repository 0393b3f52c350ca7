/** Which value of a column is the best one: the smallest loss, the largest accuracy. */

/** Towards which end values get better. */
export type Goal = "minimize" | "maximize";

const SMALL = /(^|[/_.\s-])(loss|nll|mse|mae|rmse|mape|err|error|errors|perplexity|ppl|fid|kl|wer|cer|divergence|regret)($|[/_.\s-])/i;
const LARGE =
  /(^|[/_.\s-])(acc|accuracy|f1|f1_score|auc|auroc|roc_auc|ap|map|iou|miou|dice|precision|recall|bleu|rouge|r2|reward|return|score|psnr|ssim|top1|top5)($|[/_.\s-])/i;

/**
 * The goal of a metric: the one that `define_metric` gave it, else what its name says by custom; null if that says
 * nothing. `key` is the key as it was logged.
 */
export function goalOf(key: string, defined: string | null | undefined): Goal | null {
  if (defined === "minimize" || defined === "maximize") return defined;
  if (SMALL.test(key)) return "minimize";
  return LARGE.test(key) ? "maximize" : null;
}

/** The best of some numbers, without NaN and infinities; null if there is none. */
export function bestOf(values: readonly unknown[], goal: Goal): number | null {
  let best: number | null = null;
  for (const value of values) {
    if (typeof value !== "number" || !Number.isFinite(value)) continue;
    if (best === null || (goal === "minimize" ? value < best : value > best)) best = value;
  }
  return best;
}

/**
 * The metric whose values an entry of a summary has: `loss` of `loss.min`, `acc` of `loss.at_best.acc`; null where an
 * entry is no value of a metric, as `loss.best_step` and `loss.nan` are none.
 */
export function metricOf(name: string, keys: Pick<ReadonlySet<string>, "has">): string | null {
  if (keys.has(name)) return name;
  const beside = /^.+?\.at_best\.(.+)$/.exec(name)?.[1];
  if (beside !== undefined) return beside;
  if (/.\.(best_step|nan)$/.test(name)) return null;
  return name.replace(/(.)\.(min|max|mean|last|best|first)$/, "$1");
}

/** The metric of a column such as `summary.val/acc` or `summary.val/acc.max`; null as of `metricOf`. */
export function metricOfColumn(column: string, keys: ReadonlySet<string>): string | null {
  return metricOf(column.replace(/^summary\./, ""), keys);
}
