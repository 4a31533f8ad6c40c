import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { ComplianceFinding } from "../findings/compliance-finding.ts";
import { jsonLine } from "../findings/json-line.ts";
import { quarantined } from "../findings/quarantined.ts";
import { createUidSet } from "../findings/uid-set.ts";
import type { Malformed } from "../record.ts";
import { type LogObject, storeKeys } from "./log-object.ts";
import { parseReceipt, type ReceiptFacts, receiptBytes } from "./receipt.ts";
import { openSpool, type Spooled } from "./spool.ts";
import { type Store, StoreError } from "./store.ts";

/** How often it starts over before it gives up: each other auditor of the same object that gets in between costs two. */
const ATTEMPTS = 10;

/** `written`: this audit owns the object, and counts it. `replaced`: it took over after a change of policy or evidence. */
export type Committed = "written" | "already" | "replaced";

/** The audit of one log object on its way into the store. */
export interface ObjectAudit {
  /** Keeps a finding unless the object gave one with its uid before. Throws where the spool cannot be written. */
  finding(finding: ComplianceFinding): void;
  /** Puts a line into quarantine. Throws where the spool cannot be written. */
  malformed(line: Malformed): void;
  /** Writes all of it into the store; the audit is over. Whatever happens, the spool is removed. */
  commit(facts: ReceiptFacts): Promise<Committed>;
  /** Gives up: nothing is written, and the spool is removed. */
  abort(): void;
}

/**
 * Spools findings and malformed lines into `spoolDir` (nothing while they are few), in memory that grows by some
 * 30 bytes a finding, and then writes in this order:
 *
 *     get receipt ─ same bytes? ─► already
 *         ├─ of another audit, with findings here or there: disowned, and from the start
 *         └─ findings ─ quarantine ─ receipt (created, or replaced if it still is the one that was read)
 *                                       └─ somebody else was first: from the start
 *
 * A crash before the receipt costs a repeat, whatever policies are in force by then: no receipt vouches for policies while
 * findings of others may lie beside it, and who finds nothing looks for findings that a crash may have left. That costs
 * no request where the receipt was just asked for (`isNew`), as it is not asked for again. Quarantine is not looked for
 * then: lines are malformed under any policy, so who comes next writes it anew.
 *
 * The hole: of two audits under different policies at the same moment, one writes its findings after the other has written its
 * own, and crashes before it sees that.
 */
export function openObjectAudit(store: Store, object: LogObject, spoolDir: string, isNew = false): ObjectAudit {
  const keys = storeKeys(object);
  const findings = openSpool(join(spoolDir, `${randomUUID()}.findings.gz`));
  const quarantine = openSpool(join(spoolDir, `${randomUUID()}.quarantine.gz`));
  const uids = createUidSet();
  let keyExposures = 0;

  function abort(): void {
    findings.remove();
    quarantine.remove();
  }

  async function write(key: string, spooled: Spooled | null): Promise<void> {
    if (typeof spooled === "string") await store.putFile(key, spooled);
    else if (spooled !== null) await store.put(key, spooled);
    // In a versioned bucket, to remove what is not there leaves a marker.
    else if ((await store.get(key)) !== null) await store.remove(key);
  }

  async function settle(receipt: Buffer): Promise<Committed> {
    const spooled = { findings: findings.close(), quarantine: quarantine.close() };
    const isBare = spooled.findings === null && spooled.quarantine === null;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const isAsked = attempt > 0 || !isNew || !isBare;
      const old = isAsked ? await store.get(keys.receipt) : null;
      if (old?.bytes.equals(receipt)) return "already";
      const disowned = old && disown(old.bytes, isBare);
      if (disowned) {
        await store.replace(keys.receipt, disowned, old.etag);
        continue;
      }
      if (isAsked) await write(keys.findings, spooled.findings);
      // Left by a crash, or by an audit that was made meanwhile: the receipt tells.
      else if ((await store.get(keys.findings)) !== null) continue;
      if (old !== null || !isNew || spooled.quarantine !== null) await write(keys.quarantine, spooled.quarantine);
      if (old === null) {
        if (await store.create(keys.receipt, receipt)) return "written";
      } else if (await store.replace(keys.receipt, receipt, old.etag)) return "replaced";
    }
    throw new StoreError(
      `${keys.receipt}: changed again and again while it was being written. ` +
        "Another audit writes the same object under other policies: stop one of the two.",
    );
  }

  return {
    finding(finding) {
      if (!uids.add(finding.finding_info.uid)) return;
      if (finding.evidences[0].data.key_exposure === "exposed") keyExposures++;
      findings.add(jsonLine(finding));
    },
    malformed(line) {
      quarantine.add(jsonLine(quarantined(line, object)));
    },
    async commit(facts) {
      const written = { findings: findings.lines, quarantined: quarantine.lines, keyExposures };
      try {
        return await settle(receiptBytes(object, facts, written));
      } finally {
        abort();
      }
    },
    abort,
  };
}

/**
 * The receipt as it stands while what lies beside it is replaced: it still counts, and is of no policies. `null` where it is
 * that already, or nothing is replaced.
 */
function disown(bytes: Buffer, isBare: boolean): Buffer | null {
  const receipt = parseReceipt(bytes);
  const isSame = isBare && receipt?.counts?.findings === 0 && receipt.counts.quarantined === 0;
  if (isSame || !receipt?.policies?.length) return null;
  // Unlike any other, so that nobody who has read another takes it for that.
  return Buffer.from(`${JSON.stringify({ ...receipt, policies: [], disowned: randomUUID() })}\n`);
}
