/** The definition of verdicts, word by word and slowly, over names instead of bits: what the compiled form is held against. */
import {
  ENCRYPTIONS,
  type Facts,
  get,
  INTERFACES,
  interfaceCode,
  isCopy,
  members,
  OFF_NETWORK,
  pack,
  SIGNATURES,
  TRANSPORTS,
} from "../../lib/facts.ts";
import type { RuleVerdict, Verdict } from "../../lib/policy/policy.ts";

/** A row of a decision table, cells as the file holds them. */
export type Cells = Record<
  "id" | "interface" | "source" | "target" | "transport" | "signature" | "min_tls" | "severity" | "title" | "cite",
  string
>;

interface World {
  interface: string;
  transport: string;
  signature: string;
  /** `null`: the request has no source object. */
  source: string | null;
  target: string;
}

/** The rows that match a world, and those of them that do not permit it. */
interface Covered {
  by: readonly Cells[];
  brokenBy: readonly Cells[];
}

export interface SlowVerdict {
  verdict: Verdict;
  rules: { id: string; verdict: RuleVerdict }[];
}

/** What a table says of facts. The same worlds come up again and again: each is held against the rows once. */
export function judgeSlowly(rows: readonly Cells[]): (facts: Facts) => SlowVerdict {
  const known = new Map<Facts, Covered>();
  function cover(facts: Facts): Covered {
    let covered = known.get(facts);
    if (covered === undefined) {
      const world = nameWorld(facts);
      const by = rows.filter((row) => matches(row, world));
      covered = { by, brokenBy: by.filter((row) => !permits(row, world)) };
      known.set(facts, covered);
    }
    return covered;
  }
  return (facts) => {
    const worlds = worldsOf(facts).map(cover);
    const matching = new Set(worlds.flatMap(({ by }) => by));
    return {
      verdict: verdictOf(worlds),
      rules: rows
        .filter((row) => matching.has(row))
        .map((row) => ({ id: row.id, verdict: ruleVerdictOf(row, worlds) })),
    };
  };
}

function verdictOf(worlds: readonly Covered[]): Verdict {
  const covered = ({ by }: Covered) => by.length > 0;
  const broken = ({ brokenBy }: Covered) => brokenBy.length > 0;
  if (!worlds.some(covered)) return "not-covered";
  if (worlds.every(broken)) return "violation";
  return worlds.some(broken) ? "indeterminate" : "compliant";
}

function ruleVerdictOf(row: Cells, worlds: readonly Covered[]): RuleVerdict {
  const broken = ({ brokenBy }: Covered) => brokenBy.includes(row);
  if (worlds.every(broken)) return "violation";
  return worlds.some(broken) ? "indeterminate" : "compliant";
}

/** One choice from each fact: facts of one value each. Off the network there is no world. */
function worldsOf(facts: Facts): Facts[] {
  const code = interfaceCode(facts);
  if (code === OFF_NETWORK) return [];
  const worlds: Facts[] = [];
  for (const transport of singles(get(facts, "transport"))) {
    for (const signature of singles(get(facts, "signature"))) {
      for (const source of isCopy(code) ? singles(get(facts, "source")) : [0]) {
        for (const target of singles(get(facts, "target")))
          worlds.push(pack(code, transport, signature, source, target));
      }
    }
  }
  return worlds;
}

function singles(set: number): number[] {
  return [1, 2, 4, 8, 16].filter((bit) => set & bit);
}

function nameWorld(world: Facts): World {
  return {
    interface: INTERFACES[interfaceCode(world)]!,
    transport: members(get(world, "transport"), TRANSPORTS)[0]!,
    signature: members(get(world, "signature"), SIGNATURES)[0]!,
    source: members(get(world, "source"), ENCRYPTIONS)[0] ?? null,
    target: members(get(world, "target"), ENCRYPTIONS)[0]!,
  };
}

function matches(row: Cells, world: World): boolean {
  return (
    names(row.interface, world.interface) &&
    (row.source === "*" || (world.source !== null && names(row.source, world.source))) &&
    names(row.target, world.target)
  );
}

function permits(row: Cells, world: World): boolean {
  return permitsTransport(row, world.transport) && names(row.signature, world.signature);
}

function permitsTransport(row: Cells, transport: string): boolean {
  if (transport === "HTTP") return names(row.transport, "HTTP");
  const version = Number(transport.slice("TLSv".length));
  return names(row.transport, "HTTPS") && (row.min_tls === "" || version >= Number(row.min_tls));
}

function names(cell: string, value: string): boolean {
  return cell === "*" || cell.split("|").includes(value);
}
