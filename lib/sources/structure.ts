/**
 * Finds the structure of text 64 bytes at a time: the positions of the bytes that can end a token, so that a reader goes from one
 * to the next instead of from byte to byte. JavaScript has no vector instructions; WebAssembly has, and the kernel is so small
 * that it is written out below, instruction by instruction.
 */
export interface Finder {
  readonly memory: ArrayBuffer;
  /** Writes the positions in memory of what the bytes from `at` to `end` hold, and those behind up to the next 64, to `out`; returns the place behind the last. */
  find(at: number, end: number, out: number): number;
}

/** The bytes that are positions: all up to one, and two others. */
export interface Marks {
  upTo: number;
  others: readonly [number, number];
}

/** Of the lines of a log: all bytes up to the space, quotes and DEL. */
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
/** Bytes that the kernel takes at a time. */
export const LANES = 64;
/** Positions that it writes at a time: of 64 bytes of a log line, hardly ever more are any. */
const AT_ONCE = 8;
const PAGE = 1 << 16;
const LINE_MARKS: Marks = { upTo: 0x20, others: [0x22, 0x7f] };
/** Every byte may be a position of four bytes. */
const POSITIONS = WINDOW + PAGE;
const SIZE = POSITIONS + WINDOW * 4 + LANES * 4;

export function createStructure(): Structure {
  const { memory, find } = createFinder(LINE_MARKS, SIZE);
  const bytes = new Uint8Array(memory, 0, WINDOW + LANES);
  return {
    bytes,
    at: new Int32Array(memory, POSITIONS),
    load(source, from, to) {
      bytes.set(source.subarray(from, to));
      // Letters after the end: the kernel must find nothing there.
      bytes.fill(0x41, to - from, to - from + LANES);
      return (find(0, to - from, POSITIONS) - POSITIONS) >> 2;
    },
  };
}

/** @param size of the memory, in bytes */
export function createFinder(marks: Marks, size: number): Finder {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(size / PAGE) });
  const { exports } = new WebAssembly.Instance(kernel(marks), { m: { m: memory } });
  return { memory: memory.buffer, find: exports["f"] as Finder["find"] };
}

const compiled = new Map<Marks, WebAssembly.Module>();

function kernel(marks: Marks): WebAssembly.Module {
  const module = compiled.get(marks) ?? new WebAssembly.Module(moduleBytes(marks));
  compiled.set(marks, module);
  return module;
}

/** Source of the encodings: WebAssembly Core Specification 2.0, chapter 5, "Binary Format". */
function moduleBytes({ upTo, others: [one, another] }: Marks): Uint8Array<ArrayBuffer> {
  const [i32, i64, v128, NO_RESULT] = [0x7f, 0x7e, 0x7b, 0x40];
  const [AT, END, OUT, TO, MASK, VECTOR] = [0, 1, 2, 3, 4, 5];
  const get = (local: number) => [0x20, local];
  const set = (local: number) => [0x21, local];
  const tee = (local: number) => [0x22, local];
  const number = (n: number) => [0x41, n];
  const LANES_OF_64 = [0x41, 0xc0, 0];
  const all = (byte: number) => [0xfd, 0x0c, ...new Array(16).fill(byte)];
  const load = (offset: number) => [0xfd, 0, 0, offset];
  const store = (offset: number) => [0x36, 2, offset];
  const [LOOP, CLOSE, AGAIN_IF] = [[0x03, NO_RESULT], [0x0b], [0x0d, 0]];
  const [ADD, LESS, SHIFT] = [[0x6a], [0x49], [0x74]];
  const [EQUAL, AT_MOST, V_OR, TO_BITS] = [
    [0xfd, 0x23],
    [0xfd, 0x2a],
    [0xfd, 0x50],
    [0xfd, 0x64],
  ];
  /** Of 64 bits. */
  const [ONE, IS_ANY, WIDEN, NARROW] = [[0x42, 1], [0x42, 0, 0x52], [0xad], [0xa7]];
  const [L_SUB, L_AND, L_OR, L_SHIFT, TRAILING_ZEROS, ONES] = [[0x7d], [0x83], [0x84], [0x86], [0x7a], [0x7b]];

  /** Bits of those of 16 bytes that are marks, where they belong in the mask. */
  const bits = (offset: number) => [
    [get(AT), load(offset), tee(VECTOR), all(upTo), AT_MOST],
    [get(VECTOR), all(one), EQUAL, V_OR],
    [get(VECTOR), all(another), EQUAL, V_OR],
    [TO_BITS, WIDEN, [0x42, offset], L_SHIFT],
  ];
  /** to[n] = at + index of the mask's lowest bit; clear that bit */
  const take = (n: number) => [
    [get(TO), get(AT), get(MASK), TRAILING_ZEROS, NARROW, ADD, store(n * 4)],
    [get(MASK), get(MASK), ONE, L_SUB, L_AND, set(MASK)],
  ];
  const code = [
    LOOP,
    [bits(0), bits(16), L_OR, bits(32), L_OR, bits(48), L_OR, set(MASK)],
    [get(OUT), set(TO)],
    [get(OUT), get(MASK), ONES, NARROW, number(2), SHIFT, ADD, set(OUT)],
    // Without looking how many are left: what is too much is written over, and hardly a branch is foretold wrongly.
    [LOOP, Array.from({ length: AT_ONCE }, (_, n) => take(n))],
    [get(TO), number(AT_ONCE * 4), ADD, set(TO)],
    [get(MASK), IS_ANY, AGAIN_IF, CLOSE],
    [get(AT), LANES_OF_64, ADD, tee(AT), get(END), LESS, AGAIN_IF],
    CLOSE,
    [get(OUT), CLOSE],
  ].flat(5);
  const locals = [3, 1, i32, 1, i64, 1, v128];
  const body = [...locals, ...code];
  const length = (n: number) => [(n & 0x7f) | 0x80, n >> 7];
  const section = (id: number, content: number[]) => [id, ...length(content.length), ...content];
  const name = (text: string) => [text.length, ...Buffer.from(text)];
  return new Uint8Array([
    ...[0, ...Buffer.from("asm"), 1, 0, 0, 0],
    ...section(1, [1, 0x60, 3, i32, i32, i32, 1, i32]),
    ...section(2, [1, ...name("m"), ...name("m"), 2, 0, 1]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...name("f"), 0, 0]),
    ...section(10, [1, ...length(body.length), ...body]),
  ]);
}
