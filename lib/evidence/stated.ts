import {
  COPY,
  ENCRYPTIONS,
  type Encryption,
  type FactName,
  get,
  INITIATE,
  interfaceCode,
  POST,
  PUT,
  STORE_DEFAULTS,
} from "../facts.ts";
import type { Resolver } from "./evidence.ts";

/** What a store may do with a write that asks for nothing; nobody but the client can choose SSE-C. */
export const DEFAULT_ENCRYPTIONS = ["none", "SSE-S3", "SSE-KMS"] as const satisfies readonly Encryption[];
export type DefaultEncryption = (typeof DEFAULT_ENCRYPTIONS)[number];

/**
 * Names the evidence, in a record, that an earlier request made the object, or began the upload, and asked for no encryption.
 * Its values alone don't say so: a write that may have asked for SSE-KMS or for nothing leaves the same.
 */
export const ASKED_FOR_NOTHING = "earlier-write-asked-for-nothing";

/** The requests that choose how an object is encrypted, or leave it to the store. */
const CHOOSES = new Set([PUT, POST, INITIATE, COPY]);

const DOES: Record<DefaultEncryption, string> = {
  none: "does not encrypt",
  "SSE-S3": "encrypts with SSE-S3",
  "SSE-KMS": "encrypts with SSE-KMS",
};

/**
 * What the operator states that the store did, at the time of the logs, with writes that ask for no encryption. Proves the
 * target of a write of which the log itself shows that it asked for nothing (then exactly `none`, SSE-S3 and SSE-KMS are
 * possible; CloudTrail's reader leaves all open, and names the fact as unasked), and the encryption of an object or upload that the log
 * shows such a write to have made. Silent on any other, so on all records of access logs, which never show what was asked for.
 */
export function statedDefault(stated: DefaultEncryption): Resolver {
  const id = "stated-default-encryption";
  const values = 1 << ENCRYPTIONS.indexOf(stated);
  const detail = `the operator states that the store ${DOES[stated]} what a write asks no encryption for`;
  return {
    id,
    resolve({ facts, evidence, unasked = [] }) {
      const asksForNothing = CHOOSES.has(interfaceCode(facts)) && get(facts, "target") === STORE_DEFAULTS;
      const settled = evidence.filter(({ by }) => by === ASKED_FOR_NOTHING).map(({ fact }) => fact);
      const open: FactName[] = asksForNothing ? ["target", ...settled] : settled;
      return [...open, ...unasked].map((fact) => ({ fact, values, by: id, detail }));
    },
  };
}
