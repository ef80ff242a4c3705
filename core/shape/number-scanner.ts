/**
 * A WebAssembly function that goes over bytes 16 at a time, since every file is looked at before it is shaped: 28 MB take it 3 ms, where
 * JavaScript takes 4 for digits alone and Buffer.indexOf 11 for 'e-' (the letter is everywhere). In WebAssembly's text format:
 *
 *     (func (export "next") (param $at i32) (param $end i32) (result i32)
 *       (local $before i32) (local $mask i32) (local $run i32) (local $bytes v128)
 *       before = digits(load(at - 16))
 *       loop
 *         if at >= end: return -1
 *         bytes = load(at), mask = digits(bytes)          ;; a bit for each byte from '.' to '9'
 *         run = mask << 16 | before, before = mask
 *         run &= run >> 1, run &= run >> 2, run &= run >> 4, run &= run >> 8        ;; 16 bits in a row
 *         if run or any((bytes | 0x20) == 'e' and load(at + 1) == '-'): return at
 *         at += 16)
 */

const at = 0;
const end = 1;
const before = 2;
const mask = 3;
const run = 4;
const bytes = 5;

const i32Type = 0x7f;
const v128Type = 0x7b;
const noResult = 0x40;
const loop = [0x03, noResult];
const then = [0x04, noResult];
const done = 0x0b;
const again = [0x0c, 0];
const give = 0x0f;
const unreachable = 0x00;
const isAtLeast = 0x4f;
const add = 0x6a;
const subtract = 0x6b;
const and = 0x71;
const or = 0x72;
const shiftLeft = 0x74;
const shiftRight = 0x76;
const eachEqual = [0xfd, 0x23];
const eachBelow = [0xfd, 0x26];
const eachAnd = [0xfd, 0x4e];
const eachOr = [0xfd, 0x50];
const any = [0xfd, 0x53];
const bitOfEach = [0xfd, 0x64];
const eachSubtract = [0xfd, 0x71];

const get = (local: number) => [0x20, local];
const set = (local: number) => [0x21, local];
const keep = (local: number) => [0x22, local];
/** From -64 to 127, as LEB128 writes it. */
const number = (value: number) => (value < 64 ? [0x41, value & 0x7f] : [0x41, value | 0x80, 0]);
const load = (offset: number) => [0xfd, 0x00, 0, offset];
const inEach = (byte: number) => [...number(byte), 0xfd, 0x0f];
const digits = [...inEach(0x2e), ...eachSubtract, ...inEach(12), ...eachBelow, ...bitOfEach];

const instructions = [
  [...get(at), ...number(16), subtract, ...load(0), ...digits, ...set(before)],
  loop,
  [...get(at), ...get(end), isAtLeast, ...then, ...number(-1), give, done],
  [...get(at), ...load(0), ...keep(bytes), ...digits, ...keep(mask)],
  [...number(16), shiftLeft, ...get(before), or, ...set(run), ...get(mask), ...set(before)],
  ...[1, 2, 4, 8].map((bits) => [...get(run), ...get(run), ...number(bits), shiftRight, and, ...set(run)]),
  [...get(run), ...get(bytes), ...inEach(0x20), ...eachOr, ...inEach(0x65), ...eachEqual],
  [...get(at), ...load(1), ...inEach(0x2d), ...eachEqual, ...eachAnd, ...any, or],
  [...then, ...get(at), give, done],
  [...get(at), ...number(16), add, ...set(at), ...again],
  [done, unreachable, done],
].flat();

const locals = [2, 3, i32Type, 1, v128Type];
const code = [...locals, ...instructions];
/** Of 64 KiB each: the pieces, what they share, and what is read before and after them. */
const memoryPages = 5;

const length = (count: number) => (count < 128 ? [count] : [(count & 0x7f) | 0x80, count >> 7]);
const section = (id: number, content: readonly number[]) => [id, ...length(content.length), ...content];

const program = Uint8Array.from([
  ...Buffer.from('\0asm'),
  ...[1, 0, 0, 0],
  ...section(1, [1, 0x60, 2, i32Type, i32Type, 1, i32Type]),
  ...section(3, [1, 0]),
  ...section(5, [1, 0, memoryPages]),
  ...section(7, [2, 4, ...Buffer.from('next'), 0, 0, 6, ...Buffer.from('memory'), 2, 0]),
  ...section(10, [1, ...length(code.length), ...code]),
]);

/** What is used of Node's global, which the types of Node 20 do not name. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
  ) => {
    readonly exports: { readonly memory: { readonly buffer: ArrayBuffer }; readonly next: NextSuspect };
  };
};

/**
 * The first block of 16 bytes from `at` on, a multiple of 16 and 16 at least, to before `end`, that is worth a look; -1 where there is none: 16 bytes in
 * a row from '.' to '9' end in it, or right before it, or an 'e-' or 'E-' begins in it. Bytes behind `end` may count.
 */
export type NextSuspect = (at: number, end: number) => number;

const { exports } = new WebAssembly.Instance(new WebAssembly.Module(program));

export const nextSuspect: NextSuspect = exports.next;

/** The bytes that it looks at, from 16 on; those before stay 0, and 16 behind the last must be there. One for the process, so nobody may wait while it is used. */
export const scanned: Buffer = Buffer.from(exports.memory.buffer);
