import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { StringDecoder } from "node:string_decoder";
import { gunzip } from "../inputs/gunzip.ts";
import { openSpool, type Spool } from "./spool.ts";

/** What `fill` adds, as the bytes of a gzip file; none where it adds nothing. On the way it lies in `spoolDir`. */
export async function gzipLines(spoolDir: string, fill: (spool: Spool) => Promise<void>): Promise<Buffer> {
  const spool = openSpool(join(spoolDir, `${randomUUID()}.ndjson.gz`));
  try {
    await fill(spool);
    const spooled = spool.close() ?? Buffer.alloc(0);
    return typeof spooled === "string" ? await readFile(spooled) : spooled;
  } finally {
    spool.remove();
  }
}

/** The lines of such a file, without their ends. Rejects where it is damaged. */
export async function* linesOf(gzip: Buffer): AsyncGenerator<string> {
  if (gzip.length === 0) return;
  const decoder = new StringDecoder();
  let begun = "";
  for await (const chunk of gunzip(once(gzip))) {
    const lines = (begun + decoder.write(chunk)).split("\n");
    begun = lines.pop()!;
    yield* lines;
  }
  if (begun !== "") yield begun;
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
