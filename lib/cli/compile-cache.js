import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";

// Stripping the types of every file takes longer than most scans; this keeps what came of it. Where the folder can't be
// written, nothing is kept.
enableCompileCache(fileURLToPath(new URL("../../node_modules/.cache/sealwatch", import.meta.url)));
