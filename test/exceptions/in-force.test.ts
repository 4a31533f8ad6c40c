import { expect, test } from "vitest";
import { exceptionsInForce } from "../../lib/exceptions/in-force.ts";
import { createMemoryStore } from "../stores/memory-store.ts";

const HEADER = "id,rule,bucket,key,requester,until,reason\n";
const row = (id: string) => `${id},*,*,*,*,2027-06-30,Approved\n`;

function start() {
  const store = createMemoryStore();
  const faults: string[] = [];
  const now = exceptionsInForce("exceptions.csv", store.get, ({ message }) => faults.push(message));
  const put = (text: string) => store.put("exceptions.csv", Buffer.from(text));
  return { store, faults, now, put };
}

test("the table is that of the moment, and parsed anew only where it changed", async () => {
  const { now, put, faults } = start();
  expect(await now()).toEqual([]);
  await put(HEADER + row("one"));
  const first = await now();
  expect(first).toMatchObject([{ id: "one" }]);
  expect(await now()).toBe(first);
  await put(HEADER + row("one") + row("two"));
  expect(await now()).toMatchObject([{ id: "one" }, { id: "two" }]);
  expect(faults).toEqual([]);
});

test("while it has faults there are no exceptions, not even those of before, and each call tells the faults", async () => {
  const { store, now, put, faults } = start();
  await put(HEADER + row("one"));
  await now();
  await put(HEADER + row("one").replace("2027-06-30", "never"));
  expect([await now(), await now()]).toEqual([[], []]);
  expect(faults).toHaveLength(2);
  expect(faults[0]).toMatch(/^exceptions\.csv: 1 fault\n {2}row 2, column until: found "never"/);
  await put(HEADER + row("one"));
  expect(await now()).toMatchObject([{ id: "one" }]);
  await store.remove("exceptions.csv");
  expect(await now()).toEqual([]);
  expect(faults).toHaveLength(2);
});

test("a table that cannot be read excepts nothing", async () => {
  const faults: string[] = [];
  const read = () => Promise.reject(new Error("AccessDenied"));
  expect(await exceptionsInForce("exceptions.csv", read, ({ message }) => faults.push(message))()).toEqual([]);
  expect(faults).toEqual(["AccessDenied"]);
});
