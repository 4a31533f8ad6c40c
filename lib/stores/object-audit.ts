import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { ComplianceFinding } from "../findings/compliance-finding.ts";
import { jsonLine } from "../findings/json-line.ts";
import { quarantined } from "../findings/quarantined.ts";
import { createUidSet } from "../findings/uid-set.ts";
import type { Malformed } from "../record.ts";
import { type LogObject, storeKeys } from "./log-object.ts";
import { type ReceiptFacts, receiptBytes } from "./receipt.ts";
import { openSpool, type Spooled } from "./spool.ts";
import { type Store, StoreError } from "./store.ts";

/** How often other auditors of the same object may get in between before this one gives up. */
const ATTEMPTS = 5;

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
 *         └─ findings ─ quarantine ─ receipt (created, or replaced if it still is the one that was read)
 *                                       └─ somebody else was first: from the start
 *
 * A crash before the receipt costs a repeat: the next audit under the same policies writes the same bytes. The hole: if
 * the policies change in between, back to those of the receipt or to some that find nothing, what the crash left under
 * `findings` stays, and its findings carry the digest of the policy that made them.
 */
export function openObjectAudit(store: Store, object: LogObject, spoolDir: string): ObjectAudit {
  const keys = storeKeys(object);
  const findings = openSpool(join(spoolDir, `${randomUUID()}.findings.gz`));
  const quarantine = openSpool(join(spoolDir, `${randomUUID()}.quarantine.gz`));
  const uids = createUidSet();
  let keyExposures = 0;

  function abort(): void {
    findings.remove();
    quarantine.remove();
  }

  async function write(key: string, spooled: Spooled | null, isStale: boolean): Promise<void> {
    if (typeof spooled === "string") await store.putFile(key, spooled);
    else if (spooled !== null) await store.put(key, spooled);
    else if (isStale) await store.remove(key);
  }

  async function settle(receipt: Buffer): Promise<Committed> {
    const spooled = { findings: findings.close(), quarantine: quarantine.close() };
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const old = await store.get(keys.receipt);
      if (old?.bytes.equals(receipt)) return "already";
      await write(keys.findings, spooled.findings, old !== null);
      await write(keys.quarantine, spooled.quarantine, old !== null);
      if (old === null) {
        if (await store.create(keys.receipt, receipt)) return "written";
      } else if (await store.replace(keys.receipt, receipt, old.etag)) return "replaced";
    }
    throw new StoreError(
      `${keys.receipt}: changed ${ATTEMPTS} times while it was being written. ` +
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
