import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openFolderStore } from "../../lib/stores/folder.ts";
import { StoreError } from "../../lib/stores/store.ts";
import { temporaryFolder } from "./folder-for-test.ts";

const KEY = "receipts/dt=2026-02-06/my-logs/abc.json";
const OLD = Buffer.from("old");
const NEW = Buffer.from("new");

/** Every file under a folder, with its text. */
function filesOf(root: string): Record<string, string> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => [
      join(parentPath, name).slice(root.length + 1),
      readFileSync(join(parentPath, name), "utf8"),
    ]),
  );
}

describe("a store in a folder", () => {
  test("holds nothing at first", async () => {
    const store = openFolderStore(join(temporaryFolder(), "not/there/yet"));
    expect(await store.get(KEY)).toBeNull();
    await store.remove(KEY);
    expect(await store.get(KEY)).toBeNull();
  });

  test("put writes over what was there, and leaves no other file", async () => {
    const root = temporaryFolder();
    const store = openFolderStore(root);
    await store.put(KEY, OLD);
    const before = await store.get(KEY);
    await store.put(KEY, NEW);
    const after = await store.get(KEY);
    expect([before?.bytes, after?.bytes]).toEqual([OLD, NEW]);
    expect(after?.etag).not.toBe(before?.etag);
    expect(filesOf(root)).toEqual({ [KEY]: "new" });
  });

  test("putFile copies a file, and leaves it", async () => {
    const [root, elsewhere] = [temporaryFolder(), temporaryFolder()];
    const path = join(elsewhere, "spool");
    writeFileSync(path, "spooled");
    const store = openFolderStore(root);
    await store.put(KEY, OLD);
    await store.putFile(KEY, path);
    expect(filesOf(root)).toEqual({ [KEY]: "spooled" });
    expect(filesOf(elsewhere)).toEqual({ spool: "spooled" });
  });

  test("create is done once, however many try", async () => {
    const root = temporaryFolder();
    const store = openFolderStore(root);
    const created = await Promise.all(Array.from({ length: 20 }, (_, i) => store.create(KEY, Buffer.from(`${i}`))));
    expect(created.filter(Boolean)).toHaveLength(1);
    expect(filesOf(root)).toEqual({ [KEY]: `${created.indexOf(true)}` });
    expect(await store.create(KEY, NEW)).toBe(false);
  });

  test("replace is done only over the bytes that were read", async () => {
    const root = temporaryFolder();
    const store = openFolderStore(root);
    await store.put(KEY, OLD);
    const { etag } = (await store.get(KEY))!;
    await store.put(KEY, Buffer.from("other"));
    expect(await store.replace(KEY, NEW, etag)).toBe(false);
    expect(filesOf(root)).toEqual({ [KEY]: "other" });

    expect(await store.replace(KEY, NEW, (await store.get(KEY))!.etag)).toBe(true);
    expect(filesOf(root)).toEqual({ [KEY]: "new" });

    await store.remove(KEY);
    expect(await store.replace(KEY, NEW, etag)).toBe(false);
    expect(filesOf(root)).toEqual({});
  });
});

describe("keys that are refused", () => {
  test.for<[string, string]>([
    ["", "it begins or ends with a slash, holds two in a row, or is empty"],
    ["/etc/passwd", "it begins or ends with a slash, holds two in a row, or is empty"],
    ["a//b", "it begins or ends with a slash, holds two in a row, or is empty"],
    ["a/", "it begins or ends with a slash, holds two in a row, or is empty"],
    ["../a", 'it holds a part ".."'],
    ["a/../b", 'it holds a part ".."'],
    ["a/./b", 'it holds a part "."'],
    ["a\u0000b", "it holds a control character"],
    ["a\nb", "it holds a control character"],
    ["a\\..\\b", 'it holds one of \\ : * ? " < > |'],
    ["c:/a", 'it holds one of \\ : * ? " < > |'],
    ["a./b", 'its part "a." ends with a dot or a space'],
    ["a/NUL", 'its part "NUL" is the name of a device'],
    ["a/com1.json", 'its part "com1.json" is the name of a device'],
    ["a\ud800", "it is no valid Unicode"],
  ])("%j", async ([key, reason]) => {
    const root = temporaryFolder();
    const store = openFolderStore(join(root, "store"));
    const message =
      `${JSON.stringify(key)} is no key of a store: ${reason}. ` +
      "Keys read like receipts/dt=2026-02-06/my-logs/0f3a….json.";
    for (const attempt of [
      () => store.get(key),
      () => store.put(key, NEW),
      () => store.putFile(key, "x"),
      () => store.create(key, NEW),
      () => store.replace(key, NEW, "x"),
      () => store.remove(key),
    ]) {
      await expect(attempt()).rejects.toThrow(new StoreError(message));
    }
    expect(filesOf(root)).toEqual({});
  });

  test("no key leads out of the folder", async () => {
    const root = temporaryFolder();
    const store = openFolderStore(join(root, "a/b/store"));
    const part = fc.constantFrom("..", ".", "", "a", "b", "%2e%2e", "...", "~");
    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 5 }), async (parts) => {
        await store.put(parts.join("/"), NEW).catch(() => {});
        expect(readdirSync(root)).toEqual(readdirSync(root).filter((name) => name === "a"));
        expect(Object.keys(filesOf(root)).every((path) => path.startsWith("a/b/store/"))).toBe(true);
      }),
    );
  });
});

describe("errors say what to do", () => {
  test("a file where the folder should be", async () => {
    const path = join(temporaryFolder(), "file");
    writeFileSync(path, "");
    const error = await openFolderStore(path)
      .get(KEY)
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StoreError);
    expect((error as StoreError).message).toBe(
      `${path}: cannot read ${KEY}: ENOTDIR: not a directory, open '${path}/${KEY}'. ` +
        "A file stands where the store needs a folder: choose another folder.",
    );
    expect((error as StoreError).cause).toMatchObject({ code: "ENOTDIR" });
  });

  test("a folder where a file should be", async () => {
    const root = temporaryFolder();
    const store = openFolderStore(root);
    await store.put(`${KEY}/x`, NEW);
    await expect(store.put(KEY, NEW)).rejects.toThrow(
      `${root}: cannot write ${KEY}: EISDIR: illegal operation on a directory`,
    );
    expect(filesOf(root)).toEqual({ [`${KEY}/x`]: "new" });
  });

  test("a file to copy that is not there", async () => {
    const root = temporaryFolder();
    await expect(openFolderStore(root).putFile(KEY, "/not/there")).rejects.toThrow(
      /^.*: cannot write receipts\/.*: ENOENT: .*\. Look at the folder, then run it again\.$/,
    );
    expect(filesOf(root)).toEqual({});
  });
});
