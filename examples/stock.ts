import { ASSETS, DAY, MONDAY, PAYMENTS, SECOND, type Week } from "./week.ts";

export const two = (n: number) => String(n).padStart(2, "0");
export const numbers = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

export const STATEMENTS = numbers(30).map((n) => `statements/2025-12/account-00${two(n)}.pdf`);
export const TOKENS = numbers(24).map((n) => `cards/tokens/2026/01/30/batch-00${two(n)}.jsonl`);
export const REPORTS = numbers(31).map((n) => `reports/2026-01/daily total ${two(n)}.csv`);
export const PAGES = ["index.html", "pricing.html", "docs/index.html", "css/site.3f9ac1.css", "js/app.81d0e2.js"];
export const GUIDE = "downloads/terminal-guide.pdf";
export const DOWNLOADS = ["img/logo.svg", "fonts/kestrel-sans.woff2", GUIDE];
export const WHEEL = "simple/kestrel-client/kestrel_client-2.4.1-py3-none-any.whl";
export const EVENTS = numbers(40).map((n) => `events/dt=2026-01-31/part-000${two(n)}.parquet`);

/** What the buckets hold when the week begins. */
export function stockUp({ objects, random }: Week): void {
  const before = (days: number) => MONDAY - days * DAY + random.int(0, 86_000) * SECOND;
  for (const key of STATEMENTS) objects.put(PAYMENTS, key, before(28), "SSE-KMS", random.int(60_000, 400_000));
  for (const key of TOKENS) objects.put(PAYMENTS, key, before(3), "SSE-C", random.int(8_000, 90_000));
  for (const key of REPORTS) objects.put(PAYMENTS, key, before(2), "SSE-S3", random.int(2_000, 30_000));
  for (const key of [...PAGES, ...DOWNLOADS, WHEEL])
    objects.put(ASSETS, key, before(20), "SSE-S3", random.int(900, 200_000));
}
