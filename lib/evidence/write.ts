/** How long a request took, ms since 1970. Within it the object changed, no log says when. */
export interface Span {
  from: number;
  until: number;
}

/** A request that made an object, or began an upload. */
export interface Write extends Span {
  requestId: string;
  /** The encryptions that it leaves possible, as bits; ANY_ENCRYPTION where nothing is known. */
  encryption: number;
}

/** The write, with the encryptions of another that may have been meant as well. */
export function eitherOf<W extends Write>(write: W, other: Write | null | undefined): W {
  return other ? { ...write, encryption: write.encryption | other.encryption } : write;
}
