const KEYS = ["trans_id", "operation", "remote_addr", "uri"];
const KEYS_OF_OTHERS = ["Records", "eventSource", "eventVersion", "detail-type"];

/** Whether some whole line begins an object with the keys of an ops log. Inside a JSON string a key's quotes are escaped. */
export function recognises(head: Buffer): boolean {
  return head
    .toString("latin1")
    .split("\n")
    .some(
      (line) =>
        line.startsWith("{") &&
        KEYS.every((key) => holds(line, key)) &&
        !KEYS_OF_OTHERS.some((key) => holds(line, key)),
    );
}

function holds(line: string, key: string): boolean {
  return line.includes(`"${key}":`);
}
