import manifest from "../../package.json" with { type: "json" };

/** Who made a finding. */
export const PRODUCT = { name: "Sealwatch", vendor_name: "Sealwatch", version: manifest.version };
