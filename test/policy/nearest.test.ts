import { expect, it } from "vitest";
import { ENCRYPTIONS, INTERFACES, SIGNATURES } from "../../lib/facts.ts";
import { COLUMNS } from "../../lib/policy/columns.ts";
import { nearest } from "../../lib/policy/nearest.ts";

it.each([
  { value: "putobject", names: INTERFACES, meant: "PutObject" },
  { value: "PUT Object", names: INTERFACES, meant: "PutObject" },
  { value: "Put", names: INTERFACES, meant: null },
  { value: "POST Object", names: INTERFACES, meant: "PostObject" },
  { value: "UploadPartCopyy", names: INTERFACES, meant: "UploadPartCopy" },
  { value: "sse_kms", names: ENCRYPTIONS, meant: "SSE-KMS" },
  { value: "SSEC", names: ENCRYPTIONS, meant: "SSE-C" },
  { value: "kms", names: ENCRYPTIONS, meant: null },
  { value: "v3", names: SIGNATURES, meant: null },
  { value: "v4", names: SIGNATURES, meant: "V4" },
  { value: "ids", names: COLUMNS, meant: "id" },
  { value: "", names: SIGNATURES, meant: null },
  { value: "V4", names: [], meant: null },
])("takes '$value' for $meant", ({ value, names, meant }) => {
  expect(nearest(value, names)).toBe(meant);
});
