/** A key in a bucket. */
interface Named {
  bucket: string;
  key: string;
}

/**
 * Whether an object of a log bucket is said to be no log.
 * @param patterns `bucket/key`, with `*` for any text
 */
export function otherObjects(patterns: readonly string[]): (object: Named) => boolean {
  const expressions = patterns.map(
    (pattern) => new RegExp(`^${pattern.split("*").map(RegExp.escape).join(".*")}$`, "s"),
  );
  return ({ bucket, key }) => expressions.some((expression) => expression.test(`${bucket}/${key}`));
}

/** A listing without those objects. */
export function without<Place extends { bucket: string }, Listed extends Named>(
  isOther: (object: Named) => boolean,
  list: (place: Place, startAfter?: string) => AsyncIterable<Listed>,
): (place: Place, startAfter?: string) => AsyncIterable<Listed> {
  return async function* (place, startAfter) {
    for await (const object of list(place, startAfter)) if (!isOther(object)) yield object;
  };
}
