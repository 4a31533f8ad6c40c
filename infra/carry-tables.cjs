const { cpSync } = require("node:fs");
const { dirname, join } = require("node:path");

/** A bundle that can open the shipped policies carries them beside itself, where lib/policy/shipped.ts looks for them. */
module.exports = [
  {
    name: "carry-tables",
    setup(build) {
      let tables = null;
      build.onLoad({ filter: /[\\/]lib[\\/]policy[\\/]shipped\.ts$/ }, ({ path }) => {
        tables = join(dirname(path), "tables");
      });
      build.onEnd(() => {
        if (tables) cpSync(tables, join(build.initialOptions.outdir, "tables"), { recursive: true });
      });
    },
  },
];
