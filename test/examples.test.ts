import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { md5 } from "../examples/inventory.ts";
import { makeExamples } from "../examples/make.ts";
import { askInto, auditInto, type Judgement } from "../lib/audit.ts";
import { createEvidence } from "../lib/evidence/create-evidence.ts";
import { openInventories } from "../lib/evidence/inventory/inventories.ts";
import { openPolicy } from "../lib/policy/shipped.ts";
import { s3AccessLog } from "../lib/sources/s3-access-log/index.ts";
import type { ReaderOptions, Recipient } from "../lib/sources/source.ts";
import { createTally, totals } from "../lib/tally.ts";

const COMMITTED = join(import.meta.dirname, "../examples");
const LOGS = "logs/**/2026-*-*";
const MANIFESTS = "inventory/*/*/*/manifest.json";
const made = mkdtempSync(join(tmpdir(), "sealwatch-examples-"));
afterAll(() => rmSync(made, { recursive: true }));

describe("the examples", () => {
  it("are what make.ts makes", () => {
    makeExamples(made);
    const paths = filesIn(COMMITTED);
    expect(filesIn(made)).toEqual(paths);
    expect(paths.filter((path) => contentOf(made, path) !== contentOf(COMMITTED, path))).toEqual([]);
  });

  it.for(globSync(MANIFESTS, { cwd: COMMITTED }))("%s has the sums of its files", (path) => {
    const manifest = readFileSync(join(COMMITTED, path));
    const { files } = JSON.parse(manifest.toString());
    expect(readFileSync(join(COMMITTED, dirname(path), "manifest.checksum"), "latin1")).toBe(md5(manifest));
    for (const { key, size, MD5checksum } of files) {
      const data = readFileSync(join(COMMITTED, key));
      expect({ size: data.length, MD5checksum: md5(data) }).toEqual({ size, MD5checksum });
    }
  });

  it("hold what README.md says", async () => {
    const readme = readFileSync(join(COMMITTED, "README.md"), "utf8");
    const [, records, malformed] = readme.match(/of (\d+) records and (\d+) lines/)!;
    const [alone, settled] = [...readme.matchAll(/^\| (?:the logs alone|with both inventories) *\|(.*)\|$/gm)].map(
      ([, cells]) => cells!.split("|").map(Number),
    );
    const violations: Record<string, number> = {};
    for (const [, n, rule] of readme.matchAll(/^\| *(\d+) \| `(.*?)` *\|/gm)) {
      violations[rule!] = (violations[rule!] ?? 0) + Number(n);
    }

    const manifests = globSync(MANIFESTS, { cwd: COMMITTED }).map((path) => join(COMMITTED, path));
    const counts = { records: Number(records), malformed: Number(malformed) };
    expect(await audit([])).toEqual({ ...counts, verdicts: alone, violations: { "sse-kms.put-object": 2 } });
    expect(await audit(manifests)).toEqual({ ...counts, verdicts: settled, violations });
  });
});

/** Every file that make.ts writes, but for what is beside them in the folder. */
function filesIn(folder: string): string[] {
  return globSync("{logs/**,inventory/**,exceptions.csv}", { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/** As text, without what another zlib may do otherwise: gzip itself, and the size and sums of its files. */
function contentOf(folder: string, path: string): string {
  const bytes = readFileSync(join(folder, path));
  if (path.endsWith(".gz")) return gunzipSync(bytes).toString("latin1");
  if (basename(path) === "manifest.checksum") return "";
  const text = bytes.toString("latin1");
  return basename(path) === "manifest.json" ? text.replace(/"(size|MD5checksum)": .*/g, "") : text;
}

async function audit(manifests: string[]) {
  const policies = [openPolicy("obs-sse")];
  const evidence = createEvidence(await openInventories(manifests));
  read(askInto({ policies, resolvers: evidence.resolvers }));
  read(askInto({ policies, resolvers: [] }), { onCopyHalf: evidence.offerHalf });
  expect((await evidence.fetch()).flatMap(({ problems }) => problems)).toEqual([]);

  const tally = createTally();
  const violations: Record<string, number> = {};
  function onJudgement({ verdict, policies: [judged] }: Judgement): void {
    if (verdict !== "violation") return;
    for (const { rule, verdict } of judged!.rules) {
      if (verdict === "violation") violations[rule.id] = (violations[rule.id] ?? 0) + 1;
    }
  }
  read(auditInto(tally, { policies, resolvers: evidence.resolvers, onJudgement }));
  const { records, malformed, verdicts } = totals(tally.counts(), policies);
  const { compliant, violation, indeterminate, notCovered } = verdicts;
  return { records, malformed, verdicts: [compliant, violation, indeterminate, notCovered], violations };
}

function read(recipient: Recipient, options?: ReaderOptions): void {
  for (const path of globSync(LOGS, { cwd: COMMITTED }).sort()) {
    const bytes = readFileSync(join(COMMITTED, path));
    const reader = s3AccessLog.open(recipient, options);
    reader.push(path.endsWith(".gz") ? gunzipSync(bytes) : bytes);
    reader.end();
  }
}
