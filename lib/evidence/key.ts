/**
 * Decodes an object key that was URL-encoded once, as S3 does it: `+` is a space. Text that is no valid encoding stays as
 * it is, byte for byte.
 */
export function decodeKey(key: string): string {
  const spaced = key.replaceAll("+", " ");
  if (!spaced.includes("%")) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced.replace(/(?:%[0-9a-fA-F]{2})+/g, (run) =>
      Buffer.from(run.replaceAll("%", ""), "hex").toString("utf8"),
    );
  }
}
