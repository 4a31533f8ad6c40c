/**
 * Finds the structure of text 16 bytes at a time: the positions of all bytes up to the space, of quotes and of DEL. These are
 * the only bytes that can end a token of a log line, so that a reader goes from one to the next instead of from byte to
 * byte. JavaScript has no vector instructions; WebAssembly has, and the kernel is so small that it is written out below,
 * instruction by instruction.
 */
export interface Structure {
  /** The text that was loaded last, from index 0. */
  readonly bytes: Uint8Array;
  /** Positions in `bytes`, rising. */
  readonly at: Int32Array;
  /** Loads the bytes from `from` to `to`, at most {@link WINDOW} of them; returns how many positions there are. */
  load(source: Uint8Array, from: number, to: number): number;
}

/** Bytes looked at together, 256 KiB: with the positions they stay in a second-level cache. */
export const WINDOW = 1 << 18;
/** Bytes of one vector. */
const LANES = 16;
const PAGE = 1 << 16;
/** Every byte may be a position of four bytes. */
const POSITIONS = WINDOW + PAGE;
const PAGES = Math.ceil((POSITIONS + WINDOW * 4 + LANES * 4) / PAGE);

export function createStructure(): Structure {
  const memory = new WebAssembly.Memory({ initial: PAGES });
  const { exports } = new WebAssembly.Instance(kernel(), { m: { m: memory } });
  const find = exports["f"] as (at: number, end: number, out: number) => number;
  const bytes = new Uint8Array(memory.buffer, 0, WINDOW + LANES);
  return {
    bytes,
    at: new Int32Array(memory.buffer, POSITIONS),
    load(source, from, to) {
      bytes.set(source.subarray(from, to));
      // A letter after the end: the last vector must find nothing there.
      bytes.fill(0x41, to - from, to - from + LANES);
      return (find(0, to - from, POSITIONS) - POSITIONS) >> 2;
    },
  };
}

let compiled: WebAssembly.Module | undefined;

function kernel(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(moduleBytes());
  return compiled;
}

/** Source of the encodings: WebAssembly Core Specification 2.0, chapter 5, "Binary Format". */
function moduleBytes(): Uint8Array<ArrayBuffer> {
  const [i32, v128, NO_RESULT] = [0x7f, 0x7b, 0x40];
  const [AT, END, OUT, MASK, VECTOR] = [0, 1, 2, 3, 4];
  const get = (local: number) => [0x20, local];
  const set = (local: number) => [0x21, local];
  const tee = (local: number) => [0x22, local];
  const number = (n: number) => [0x41, n];
  const all = (byte: number) => [0xfd, 0x0c, ...new Array(LANES).fill(byte)];
  const [LOOP, IF, CLOSE, AGAIN_IF] = [[0x03, NO_RESULT], [0x04, NO_RESULT], [0x0b], [0x0d, 0]];
  const [ADD, SUB, AND, LESS, TRAILING_ZEROS, STORE] = [[0x6a], [0x6b], [0x71], [0x49], [0x68], [0x36, 2, 0]];
  const [LOAD, EQUAL, AT_MOST, OR, TO_BITS] = [
    [0xfd, 0, 0, 0],
    [0xfd, 0x23],
    [0xfd, 0x2a],
    [0xfd, 0x50],
    [0xfd, 0x64],
  ];

  const code = [
    LOOP,
    // mask = bits of the bytes of this vector that are <= space, or a quote, or DEL
    [get(AT), LOAD, tee(VECTOR), all(0x20), AT_MOST],
    [get(VECTOR), all(0x22), EQUAL, OR],
    [get(VECTOR), all(0x7f), EQUAL, OR],
    [TO_BITS, tee(MASK)],
    [IF, LOOP],
    // *out++ = at + index of the mask's lowest bit; clear that bit
    [get(OUT), get(AT), get(MASK), TRAILING_ZEROS, ADD, STORE],
    [get(OUT), number(4), ADD, set(OUT)],
    [get(MASK), get(MASK), number(1), SUB, AND, tee(MASK), AGAIN_IF],
    [CLOSE, CLOSE],
    [get(AT), number(LANES), ADD, tee(AT), get(END), LESS, AGAIN_IF],
    CLOSE,
    [get(OUT), CLOSE],
  ].flat(3);
  const locals = [2, 1, i32, 1, v128];
  const body = [...locals, ...code];
  const length = (n: number) => [(n & 0x7f) | 0x80, n >> 7];
  const section = (id: number, content: number[]) => [id, ...length(content.length), ...content];
  const name = (text: string) => [text.length, ...Buffer.from(text)];
  return new Uint8Array([
    ...[0, ...Buffer.from("asm"), 1, 0, 0, 0],
    ...section(1, [1, 0x60, 3, i32, i32, i32, 1, i32]),
    ...section(2, [1, ...name("m"), ...name("m"), 2, 0, PAGES]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...name("f"), 0, 0]),
    ...section(10, [1, ...length(body.length), ...body]),
  ]);
}
