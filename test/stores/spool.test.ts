import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { openSpool } from "../../lib/stores/spool.ts";
import { temporaryFolder } from "./folder-for-test.ts";

/** gzip, deflate, no flags, no time, compression level not told, system unknown. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);

const BLOCK = "x".repeat(256 * 1024);

function spooled(lines: readonly string[], name = "spool"): Buffer | null {
  const spool = openSpool(join(temporaryFolder(), name));
  for (const line of lines) spool.add(line);
  expect(spool.lines).toBe(lines.length);
  const bytes = spool.close();
  return typeof bytes === "string" ? readFileSync(bytes) : bytes;
}

test("no line, no file", () => {
  const folder = temporaryFolder();
  const spool = openSpool(join(folder, "spool"));
  expect(spool.close()).toBeNull();
  spool.remove();
  expect(readdirSync(folder)).toEqual([]);
});

test("lines come back as they were, and the same lines are the same bytes", () => {
  const line = fc.oneof(
    fc.string(),
    fc.tuple(fc.string({ minLength: 1 }), fc.nat(200_000)).map(([text, times]) => text.repeat(times / text.length)),
  );
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 12 }), (lines) => {
      const bytes = spooled(lines)!;
      expect(gunzipSync(bytes).toString()).toBe(lines.map((each) => `${each}\n`).join(""));
      expect(spooled(lines, "another")).toEqual(bytes);
    }),
    { numRuns: 30 },
  );
});

test("every 256 KiB or more are a gzip member that names no system and no time", () => {
  const line = "x".repeat(100_000);
  const bytes = spooled(Array.from({ length: 7 }, () => line))!;
  const members = [];
  for (let at = bytes.indexOf(HEADER); at >= 0; at = bytes.indexOf(HEADER, at + 1)) members.push(at);
  expect(members).toHaveLength(3);
  expect(members[0]).toBe(0);
  expect(gunzipSync(bytes)).toHaveLength(7 * (line.length + 1));
});

test("what is less than a block never sees the disk", () => {
  const folder = temporaryFolder();
  const spool = openSpool(join(folder, "spool"));
  spool.add("x".repeat(200_000));
  expect(gunzipSync(spool.close() as Buffer)).toHaveLength(200_001);
  spool.remove();
  expect(readdirSync(folder)).toEqual([]);
});

test("remove leaves nothing, before the end and after it", () => {
  const folder = temporaryFolder();
  for (const end of [true, false]) {
    const spool = openSpool(join(folder, "spool"));
    spool.add("x".repeat(300_000));
    expect(readdirSync(folder)).toEqual(["spool"]);
    if (end) spool.close();
    spool.remove();
    spool.remove();
    expect(readdirSync(folder)).toEqual([]);
  }
});

test("a folder that cannot be written to", () => {
  const path = join(temporaryFolder(), "missing", "spool");
  expect(() => openSpool(path).add(BLOCK)).toThrow(
    `${path}: cannot write: ENOENT: no such file or directory, open '${path}'. Free some space, or choose another temporary folder.`,
  );
});

test("a file that is there is not written over", () => {
  const path = join(temporaryFolder(), "spool");
  writeFileSync(path, "mine");
  const spool = openSpool(path);
  expect(() => spool.add(BLOCK)).toThrow("EEXIST");
  spool.remove();
  expect(existsSync(path) && readFileSync(path, "utf8")).toBe("mine");
});
