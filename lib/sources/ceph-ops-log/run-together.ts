const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/**
 * Where the objects of a line begin: gateways end what they write at once, not each record, with a line end (16 to 20, ceph
 * pull request 68881), so that under load most lines hold several. What is behind a fault stays with the object before it.
 */
export function objectStarts(bytes: Buffer, from: number, to: number): number[] {
  const starts = [from];
  let depth = 0;
  let isInString = false;
  for (let at = from; at < to && depth >= 0; at++) {
    const byte = bytes[at];
    if (isInString) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) isInString = false;
    } else if (byte === QUOTE) {
      isInString = true;
    } else if (byte === OPEN) {
      if (depth === 0 && at > from && bytes[at - 1] === CLOSE) starts.push(at);
      depth++;
    } else if (byte === CLOSE) {
      depth--;
    }
  }
  return starts;
}
