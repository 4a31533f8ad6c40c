import { contend, readChunks } from "./contender.ts";

const HEAD = String.raw`(\S+) (\S+) \[([^\]]+)\] (\S+) (\S+) (\S+) (\S+) (\S+)`;
const REQUEST = String.raw`(?:"([^ "]+ [^ ]+ HTTP/[\d.]+|-)"|-) (\d{3}|-) (\S+) (\S+) (\S+) (\S+) (\S+)`;
const CLIENT = `(?:"(.*?)"|-) (?:"(.*)"|-)`;
const TAIL = String.raw`(\S+) (\S+) (\S+) (\S+) (\S+) (\S+) (\S+)( .*)?`;
const RECORD = new RegExp(`^${HEAD} ${REQUEST} ${CLIENT} ${TAIL}$`);
const SIGNATURE = 20;
const TLS_VERSION = 24;

await contend((files) => {
  let lines = 0;
  let exposed = 0;
  for (const file of files) {
    let rest = "";
    readChunks(file, (chunk) => {
      const texts = (rest + chunk.toString("latin1")).split("\n");
      rest = texts.pop()!;
      lines += texts.length;
      for (const text of texts) {
        const record = RECORD.exec(text);
        if (record && (record[TLS_VERSION] === "-" || record[SIGNATURE] === "SigV2")) exposed++;
      }
    });
  }
  return { lines, exposed };
});
