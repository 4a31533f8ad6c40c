import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { parse } from "csv-parse";
import { contend } from "./contender.ts";

/* The time is two of its fields, as it holds a space and no quotes. */
const SIGNATURE = 20;
const TLS_VERSION = 24;

await contend(async (files) => {
  let lines = 0;
  let exposed = 0;
  for (const file of files) {
    const parser = parse({
      delimiter: " ",
      quote: '"',
      escape: null,
      record_delimiter: "\n",
      relax_quotes: true,
      relax_column_count: true,
      // Records are counted as they come, which is faster than handing them on.
      on_record(record: string[]) {
        lines++;
        if (record[TLS_VERSION] === "-" || record[SIGNATURE] === "SigV2") exposed++;
        return null;
      },
    });
    parser.resume();
    await pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), parser);
  }
  return { lines, exposed };
});
