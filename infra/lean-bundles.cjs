/** What a function does not need is left out of its bundle, or of its start. Measured by test/bench/cold-start.ts. */
module.exports = [
  ...require("./carry-tables.cjs"),
  {
    // Of the SDK's sources of credentials a function has one, its environment: some 100 KB less to read at every start.
    name: "credentials-of-the-environment",
    setup(build) {
      build.onResolve({ filter: /^@aws-sdk\/credential-provider-node$/ }, ({ resolveDir }) => ({
        path: "credentials",
        namespace: "lean",
        pluginData: { resolveDir },
      }));
      build.onLoad({ filter: /^credentials$/, namespace: "lean" }, ({ pluginData: { resolveDir } }) => ({
        contents: 'export { fromEnv as defaultProvider } from "@aws-sdk/credential-provider-env";',
        resolveDir,
      }));
    },
  },
  {
    // As an ES module node:http hands out all it has, which makes Node load its fetch as well: some 35 ms.
    name: "http-without-fetch",
    setup(build) {
      build.onResolve({ filter: /^(?:node:)?http$/ }, () => ({ path: "http", namespace: "lean" }));
      build.onLoad({ filter: /^http$/, namespace: "lean" }, () => ({
        contents: 'module.exports = process.getBuiltinModule("node:http");',
      }));
    },
  },
];
