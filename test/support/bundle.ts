import { createRequire } from "node:module";
import { join } from "node:path";
import { build } from "esbuild";

const ROOT = join(import.meta.dirname, "../..");
const plugins = createRequire(import.meta.url)("../../infra/lean-bundles.cjs");

/** Bundles a function with the options of serverless.yml, as serverless-esbuild reads them. Gives the bundle's path. */
export async function bundleFunction(name: string, folder: string): Promise<string> {
  const outdir = join(folder, "functions");
  await build({
    absWorkingDir: ROOT,
    entryPoints: [`functions/${name}.ts`],
    outdir,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "node",
    target: "node24",
    mainFields: ["module", "main"],
    sourcemap: "external",
    plugins,
    logLevel: "error",
  });
  return join(outdir, `${name}.mjs`);
}
