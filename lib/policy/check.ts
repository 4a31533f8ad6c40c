import { ANY_ENCRYPTION, COPY, ENCRYPTIONS, HTTP, HTTPS, INTERFACES, PART_COPY, SIGNATURES } from "../facts.ts";
import { type Column, DECISION_TABLE, type Expectation, PROTOCOLS, TLS_VERSIONS } from "./columns.ts";
import { cellFault, type Fault, quoted, usedId } from "./fault.ts";
import { didYouMean } from "./nearest.ts";
import { type Rule, SEVERITIES, type Severity } from "./policy.ts";
import type { Row } from "./rows.ts";

/** An id of a rule. */
export const ID = /^(?=.{1,80}$)[a-z0-9]+([.-][a-z0-9]+)*$/;
const COPIES = (1 << COPY) | (1 << PART_COPY);

/** The rules of the rows, with every fault added to `faults`: where that got any, the rules are of no use. */
export function rulesOf(rows: readonly Row<Column>[], faults: Fault[]): Rule[] {
  const rules = rows.map((row) => ruleOf(row, faults));
  const ids = new Map<string, number>();
  const conditions = new Map<string, number>();
  for (const [i, { id, interfaces, source, target }] of rules.entries()) {
    const { number } = rows[i]!;
    const sameId = ids.get(id);
    if (sameId !== undefined) faults.push(usedId(DECISION_TABLE, number, id, sameId));
    else if (id !== "") ids.set(id, number);

    if (interfaces === 0 || source === 0 || target === 0) continue;
    const condition = [interfaces, source ?? ANY_ENCRYPTION, target].join();
    const same = conditions.get(condition);
    if (same !== undefined) faults.push(sameConditions(number, same));
    else conditions.set(condition, number);
  }
  return rules;
}

/** One row as a rule. What could not be read is empty in it: a text or a set that no sound row can have. */
function ruleOf({ number, cells }: Row<Column>, faults: Fault[]): Rule {
  const report = (column: Column, found: string, instead?: Partial<Expectation>) =>
    faults.push(cellFault(DECISION_TABLE, number, column, found, instead));

  /** A cell that must hold something. */
  function text(column: Column): string {
    const cell = cells.get(column);
    if (cell === "") report(column, "nothing");
    return cell ?? "";
  }

  /** A value's place in `names`; -1 where it is none of them. */
  function placeOf(column: Column, names: readonly string[], value: string): number {
    const index = names.indexOf(value);
    if (index < 0) report(column, `${quoted(value)}${didYouMean(value, names)}`);
    return index;
  }

  /** A cell's values, bit i for `names[i]`. */
  function set(column: Column, names: readonly string[]): number {
    const cell = text(column);
    if (cell === "") return 0;
    if (cell === "*") return (1 << names.length) - 1;
    const indices = cell.split("|").map((value) => placeOf(column, names, value.trim()));
    return indices.includes(-1) ? 0 : indices.reduce((bits, index) => bits | (1 << index), 0);
  }

  function idOf(): string {
    const id = text("id");
    if (id === "" || ID.test(id)) return id;
    report("id", quoted(id));
    return "";
  }

  function sourceOf(interfaces: number): number | null {
    const source = cells.get("source") === "*" ? null : set("source", ENCRYPTIONS);
    const noCopy = INTERFACES.find((_, i) => interfaces & ~COPIES & (1 << i));
    if (source !== null && source !== 0 && noCopy !== undefined) {
      report("source", quoted(cells.get("source")!), {
        expected: `* since ${noCopy} copies nothing, or a row of copies only`,
        example: "*",
      });
    }
    return source;
  }

  /** The five transport bits: the TLS versions below `min_tls` are not permitted. */
  function transportOf(): number {
    const protocols = set("transport", PROTOCOLS);
    const version = cells.get("min_tls") ?? "";
    const any = version === "" || version === "*";
    const lowest = any ? 0 : placeOf("min_tls", TLS_VERSIONS, version);
    if (protocols === 0 || lowest < 0) return 0;
    const transport = (protocols & 0b01 ? HTTP : 0) | (protocols & 0b10 ? HTTPS & (HTTPS << lowest) : 0);
    if (!any && !(transport & HTTPS)) {
      report("min_tls", quoted(version), {
        expected: "an empty cell, since the row permits no HTTPS",
        example: "HTTPS in column transport, where TLS is meant",
      });
    }
    return transport;
  }

  function severityOf(): Severity {
    const severity = text("severity");
    const index = severity === "" ? -1 : placeOf("severity", SEVERITIES, severity);
    return SEVERITIES[index] ?? "critical";
  }

  const interfaces = set("interface", INTERFACES);
  return {
    id: idOf(),
    interfaces,
    source: sourceOf(interfaces),
    target: set("target", ENCRYPTIONS),
    transport: transportOf(),
    signature: set("signature", SIGNATURES),
    severity: severityOf(),
    title: text("title"),
    cite: text("cite"),
  };
}

function sameConditions(row: number, same: number): Fault {
  return {
    row,
    column: "interface",
    found: `the interface, source and target of row ${same}`,
    expected: "one row for each of these conditions, with all that it permits",
    example: "HTTP|HTTPS in one row for what may use either",
  };
}
