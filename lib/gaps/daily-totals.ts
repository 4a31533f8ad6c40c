import { Readable } from "node:stream";
import { type ReceiptTotals, totalsFromReceipts } from "../metrics/totals-from-receipts.ts";
import type { Receipt } from "../stores/receipt.ts";
import type { Store } from "../stores/store.ts";
import { OutOfTime } from "./landed-in.ts";
import type { Scanning } from "./scan-bucket.ts";

const RECEIPTS_AT_ONCE = 16;

/**
 * Adds up the receipts of the log objects that landed on a day, and writes `reports/totals/dt=<day>.json`. With these totals
 * the metrics lack nothing, also where a call ended between a receipt and its metrics. Reads some 500 receipts a second.
 * @param day YYYY-MM-DD
 * @throws {OutOfTime} once `mayGoOn` says no: then nothing is written
 */
export async function totalDay(
  day: string,
  { list, findingsBucket, mayGoOn, store }: Scanning & { store: Store },
): Promise<ReceiptTotals> {
  const receipts = Readable.from(list({ bucket: findingsBucket, prefix: `receipts/dt=${day}/` })).map(
    async ({ key }: { key: string }) => {
      if (!mayGoOn()) throw new OutOfTime(`no time to add up the receipts of ${day}`);
      return JSON.parse((await store.get(key))!.bytes.toString()) as Receipt;
    },
    { concurrency: RECEIPTS_AT_ONCE },
  );
  let totals = totalsFromReceipts([]);
  for await (const receipt of receipts) totals = addUp(totals, totalsFromReceipts([receipt]));
  await store.put(`reports/totals/dt=${day}.json`, Buffer.from(`${JSON.stringify({ day, ...totals })}\n`));
  return totals;
}

function addUp(a: ReceiptTotals, b: ReceiptTotals): ReceiptTotals {
  const sum = <K extends string>(x: Record<K, number>, y: Record<K, number>) =>
    Object.fromEntries(Object.entries<number>(x).map(([name, n]) => [name, n + y[name as K]])) as Record<K, number>;
  const { verdicts: ofA, ...restA } = a;
  const { verdicts: ofB, ...restB } = b;
  return { ...sum(restA, restB), verdicts: sum(ofA, ofB) };
}
