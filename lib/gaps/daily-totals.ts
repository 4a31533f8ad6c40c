import { Readable } from "node:stream";
import { type ReceiptTotals, totalsFromReceipts } from "../metrics/totals-from-receipts.ts";
import type { Receipt } from "../stores/receipt.ts";
import type { Store } from "../stores/store.ts";
import { RECEIPTS_AT_ONCE, type Scanning } from "./scan-bucket.ts";

/** A day that one call does not finish, as it stands in a folder of its own: whoever reads `reports/totals/` finds whole days. */
interface Begun {
  day: string;
  /** On which day it was begun. */
  on: string;
  /** Up to which receipt it is added up; `null` once it is done. */
  after: string | null;
  totals: ReceiptTotals;
}

export interface Totalling extends Scanning {
  store: Store;
}

/** Whether a day's total was begun on a day, and is not done. */
export async function isBegun(day: string, on: string, store: Store): Promise<boolean> {
  return (await readBegun(day, on, store)) !== null;
}

/**
 * Adds up the receipts of the log objects that landed on a day, and writes `reports/totals/dt=<day>.json`. With these totals
 * the metrics lack nothing, also where a call ended between a receipt and its metrics. Reads some 1,000 receipts a second,
 * at half a millisecond of a CPU each.
 *
 * `null` once `mayGoOn` says no: then what was added up is kept, and the next call for the same day goes on behind it. Each receipt
 * counts once, as it is when it is read; one that is written later, before the key that was reached, counts in the next total.
 * @param day YYYY-MM-DD
 * @param on the day on which it is added up: what was begun on another is begun anew
 */
export async function totalDay(day: string, on: string, totalling: Totalling): Promise<ReceiptTotals | null> {
  const { list, findingsBucket, mayGoOn, store } = totalling;
  const begun = await readBegun(day, on, store);
  let { after, totals } = begun ?? { after: null, totals: totalsFromReceipts([]) };
  const keep = (after: string | null) => put(begunKey(day), { day, on, after, totals } satisfies Begun, store);

  const place = { bucket: findingsBucket, prefix: `receipts/dt=${day}/` };
  const receipts = Readable.from(list(place, after ?? undefined)).map(
    async ({ key }: { key: string }) => ({ key, bytes: (await store.get(key))!.bytes }),
    { concurrency: RECEIPTS_AT_ONCE },
  );
  for await (const { key, bytes } of receipts) {
    totals = addUp(totals, totalsFromReceipts([JSON.parse(bytes.toString()) as Receipt]));
    after = key;
    if (mayGoOn()) continue;
    await keep(after);
    return null;
  }
  await put(`reports/totals/dt=${day}.json`, { day, ...totals }, store);
  if (begun !== null) await keep(null);
  return totals;
}

async function readBegun(day: string, on: string, store: Store): Promise<Begun | null> {
  const stored = await store.get(begunKey(day));
  const begun: Begun | null = stored && JSON.parse(stored.bytes.toString());
  return begun?.on === on && begun.after !== null ? begun : null;
}

function begunKey(day: string): string {
  return `reports/totals-begun/dt=${day}.json`;
}

function put(key: string, value: object, store: Store): Promise<void> {
  return store.put(key, Buffer.from(`${JSON.stringify(value)}\n`));
}

function addUp(a: ReceiptTotals, b: ReceiptTotals): ReceiptTotals {
  const sum = <K extends string>(x: Record<K, number>, y: Record<K, number>) =>
    Object.fromEntries(Object.entries<number>(x).map(([name, n]) => [name, n + y[name as K]])) as Record<K, number>;
  const { verdicts: ofA, ...restA } = a;
  const { verdicts: ofB, ...restB } = b;
  return { ...sum(restA, restB), verdicts: sum(ofA, ofB) };
}
