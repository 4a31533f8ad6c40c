import { gzip } from "./inventory.ts";
import type { Bucket } from "./requests.ts";
import type { Seeded } from "./seeded.ts";
import { ANALYTICS, ASSETS, DAY, HOUR, type LoggedLine, MINUTE, MONDAY, SECOND, type Week } from "./week.ts";

const SLOT = 8 * HOUR;

/** The week's lines as the log objects that S3 delivers: late, in no strict order, by path. */
export function logObjects({ lines, random }: Week): Map<string, Buffer> {
  const objects = new Map<string, Buffer>();
  for (const [bucket, ofBucket] of Map.groupBy(lines, (line) => line.bucket)) {
    const slots = Map.groupBy(ofBucket, ({ time }) => Math.ceil((time + delay(random) - MONDAY) / SLOT));
    for (const [slot, delivered] of [...slots].sort(([a], [b]) => a - b)) {
      const path = objectPath(bucket, MONDAY + slot * SLOT + random.int(60, 1500) * SECOND, random);
      const content = Buffer.from(shuffled(delivered, random).join(""), "latin1");
      objects.set(path, path.endsWith(".gz") ? gzip(content) : content);
    }
  }
  return objects;
}

/** Minutes to hours; now and then most of a day. */
function delay(random: Seeded): number {
  return random.chance(0.02) ? 20 * HOUR : random.int(20, 160) * MINUTE;
}

function shuffled(lines: readonly LoggedLine[], random: Seeded): string[] {
  return lines
    .map(({ time, text }) => ({ at: time + random.int(0, 300) * SECOND, text: `${text}\n` }))
    .sort((a, b) => a.at - b.at)
    .map(({ text }) => text);
}

/** The partitioned form from Sunday on for one bucket; somebody compressed what is older, and the start of another's. */
function objectPath(bucket: Bucket, delivered: number, random: Seeded): string {
  const stamp = new Date(delivered).toISOString().slice(0, 19).replace(/[T:]/g, "-");
  const name = `${stamp}-${random.hex(16)}`;
  const day = Math.floor((delivered - MONDAY) / DAY);
  if (bucket === ANALYTICS && day >= 6) {
    return `logs/partitioned/111122223333/${bucket.region}/${bucket.name}/${stamp.slice(0, 10).replaceAll("-", "/")}/${name}`;
  }
  const compressed = bucket === ANALYTICS || (bucket === ASSETS && day < 5);
  return `logs/${bucket.name}/${name}${compressed ? ".gz" : ""}`;
}
