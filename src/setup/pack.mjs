// What npm runs around `npm pack` and `npm publish`: `prepack` builds dist/ and puts the package's package.json
// in place, `postpack` takes it away again.
import { buildPackage } from "./package/build.mjs";
import { restoreManifest, writePackageManifest } from "./package/manifest.mjs";
import { SetupError } from "./say.mjs";
import { main } from "./setup.mjs";

await main(async () => {
  const [step] = process.argv.slice(2);
  if (step === "post") {
    restoreManifest();
    return 0;
  }
  if (step !== "pre") throw new SetupError("there is nothing to do.", "npm pack  makes the package.");
  restoreManifest();
  await buildPackage();
  writePackageManifest();
  return 0;
});
