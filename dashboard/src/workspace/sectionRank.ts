/** In which order keys are looked at: results before what explains them, and what watching a model logs after both. */

const trained = /(^|\/)train(ing)?$/i;
const validated = /(^|\/)(val|valid|validation|dev|eval|evaluation)$/i;
const tested = /(^|\/)test(ing)?$/i;
// What `watch` of the integrations and the callbacks of frameworks log of a model: one key a layer, so often hundreds.
const watched = /^((param(eter)?|grad(ient)?|weight|activation)s?(_(norm|count|histogram|table)s?)?|graph)(_\d+)?$/i;

/** The place of a section named after the prefix of its keys: train, then val, test, others, then what a model was watched for. */
export function prefixRank(name: string): number {
  if (trained.test(name)) return 0;
  if (validated.test(name)) return 1;
  if (tested.test(name)) return 2;
  return isWatched(name) ? 4 : 3;
}

/** Whether a key or a prefix is of what watching a model logs. */
export function isWatched(name: string): boolean {
  return watched.test(name.split("/", 1)[0] ?? "");
}

/** The place of a key among others, as `prefixRank` of its section; keys without a prefix come first. */
export function keyRank(key: string): number {
  const slash = key.indexOf("/");
  if (slash > 0) return prefixRank(key.slice(0, slash));
  return isWatched(key) ? prefixRank(key) : -1;
}
