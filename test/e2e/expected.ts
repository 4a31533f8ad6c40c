import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { ENCRYPTIONS, type Encryption, HTTP, HTTPS, INTERFACES, pack, SIGNATURES } from "../../lib/facts.ts";
import type { Explanation } from "../../lib/report/explanation.ts";
import { type Cells, judgeSlowly, type SlowVerdict } from "../policy/worlds.ts";
import type { Known } from "./encryption.ts";
import type { Sent } from "./sent.ts";

/** What `explain` must say of a request, as far as the lab knows it. */
export interface Expected {
  verdict: Explanation["verdict"];
  interface: string;
  transport: string[];
  signature: string[];
  encryption: { source: string[]; target: string[] };
  rules: string[];
}

const rows = parse<Cells>(readFileSync(new URL("../../lib/policy/tables/obs-sse.csv", import.meta.url)), {
  columns: true,
});
const judge = judgeSlowly(rows);

/** Ids of the rules, in the order of the tables. */
export const ROWS: readonly string[] = rows.map(({ id }) => id);

/** What the definition says of what was really sent, which is one world. */
export function truthOf(sent: Sent): SlowVerdict {
  return judgeWorlds(sent, [sent.way.signature], only);
}

/**
 * What can be known at best: the log leaves open what a write that asks for nothing makes, and where that matters the
 * operator's statement settles it. Where rules are kept whatever it makes, nobody asks.
 */
export function expectedOf(sent: Sent): Expected {
  const shown = expected(sent, ({ shown }) => shown);
  return shown.verdict === "indeterminate"
    ? expected(sent, (known) => (known.isByDefault ? only(known) : known.shown))
    : shown;
}

type Possible = (known: Known) => readonly Encryption[];

function only({ really }: Known): readonly Encryption[] {
  return [really];
}

function expected(sent: Sent, possible: Possible): Expected {
  const signature = sent.shownSignatures ?? [sent.way.signature];
  const { verdict, rules } = judgeWorlds(sent, signature, possible);
  const broken = rules.filter((rule) => rule.verdict !== "compliant");
  return {
    verdict,
    interface: sent.interface,
    transport: [sent.way.transport],
    signature: [...signature],
    encryption: { source: sent.source ? [...possible(sent.source)] : [], target: [...possible(sent.target)] },
    rules: (broken.length > 0 ? broken : rules).map(({ id }) => id),
  };
}

function judgeWorlds(sent: Sent, signatures: readonly string[], possible: Possible): SlowVerdict {
  const source = sent.source ? bits(possible(sent.source), ENCRYPTIONS) : 0;
  const target = bits(possible(sent.target), ENCRYPTIONS);
  const transport = sent.way.transport === "HTTP" ? HTTP : HTTPS;
  return judge(pack(INTERFACES.indexOf(sent.interface), transport, bits(signatures, SIGNATURES), source, target));
}

function bits(values: readonly string[], names: readonly string[]): number {
  return values.reduce((set, value) => set | (1 << names.indexOf(value)), 0);
}
