// `make chaos SECONDS=120 SEED=1` and `make chaos-tabs`: runs a storm, then its checks.

import { readOptions } from "./options.mjs";
import { report } from "./report.mjs";
import { Storm } from "./storm.mjs";

try {
  const options = readOptions(process.env);
  const { seconds, seed, troubles, isCluster, hasTabs, kind } = options;
  console.log(`${kind}, ${seconds} s, seed ${seed}: ${troubles.join(", ")}`);
  const isGood = report(await new Storm(options, console.log).run(), console.log);
  if (!isGood) {
    const storm = hasTabs ? "chaos-tabs" : isCluster ? "chaos-cluster" : "chaos";
    const server = kind === "django" ? "" : ` SERVER=${kind}`;
    console.log(
      `To repeat this storm: make ${storm}${server} SECONDS=${seconds} SEED=${seed} TROUBLES=${troubles.join()}`,
    );
  }
  process.exit(isGood ? 0 : 1);
} catch (error) {
  console.error(error instanceof TypeError ? error.message : error);
  process.exit(1);
}
