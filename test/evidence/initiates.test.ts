import { expect, test } from "vitest";
import { createInitiates } from "../../lib/evidence/initiates.ts";
import { PLAIN, SSE_C, SSE_KMS } from "../../lib/facts.ts";

const write = (encryption: number, from: number) => ({ encryption, from, until: from, requestId: `r${from}` });

test("a request inherits from the initiate of its upload", () => {
  const { began, of } = createInitiates(10);
  began("b", "k", "u", write(SSE_KMS, 0));
  began("b", "k", "v", write(PLAIN, 1));
  expect(["u", "v", "w"].map((id) => of("b", "k", id)?.encryption)).toEqual([SSE_KMS, PLAIN, undefined]);
  expect([of("b", "l", "u"), of("c", "k", "u"), of("b", "\0uk", "")]).toEqual([null, null, null]);
});

test("of initiates that differ, all stay possible", () => {
  const { began, of } = createInitiates(10);
  began("b", "k", "u", write(SSE_KMS, 0));
  began("b", "k", "u", write(SSE_C, 1));
  expect(of("b", "k", "u")).toEqual({ ...write(SSE_KMS | SSE_C, 1) });
});

test("no more are remembered than is said", () => {
  const { began, of } = createInitiates(2);
  for (const [i, id] of ["u", "v", "w"].entries()) began("b", "k", id, write(SSE_KMS, i));
  expect(["u", "v", "w"].map((id) => of("b", "k", id)?.requestId)).toEqual([undefined, "r1", "r2"]);
});
