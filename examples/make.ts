import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { EXCEPTIONS } from "./exceptions.ts";
import { inventoryFiles } from "./inventory.ts";
import { logObjects } from "./log-objects.ts";
import { logOrdinaryWeek } from "./ordinary.ts";
import { plantFindings } from "./planted.ts";
import { stockUp } from "./stock.ts";
import { ASSETS, createWeek, PAYMENTS, SNAPSHOT } from "./week.ts";

/** Writes `logs/`, `inventory/` and `exceptions.csv` into the folder `target`, in place of what is there. The same every time. */
export function makeExamples(target: string): void {
  const week = createWeek(20260202);
  stockUp(week);
  logOrdinaryWeek(week);
  plantFindings(week);

  for (const folder of ["logs", "inventory"]) rmSync(join(target, folder), { recursive: true, force: true });
  writeFiles(target, logObjects(week));
  writeFileSync(join(target, "exceptions.csv"), EXCEPTIONS);
  for (const [bucket, configId, versioned] of [
    [PAYMENTS, "all-versions", true],
    [ASSETS, "weekly", false],
  ] as const) {
    const rows = week.objects.versions(bucket);
    const uuid = week.random.uuid();
    writeFiles(
      target,
      inventoryFiles({ sourceBucket: bucket.name, configId, createdAt: SNAPSHOT, uuid, rows, versioned }),
    );
  }
}

function writeFiles(target: string, files: Map<string, Buffer>): void {
  for (const [path, content] of files) {
    mkdirSync(dirname(join(target, path)), { recursive: true });
    writeFileSync(join(target, path), content);
  }
}

if (import.meta.main) makeExamples(import.meta.dirname);
