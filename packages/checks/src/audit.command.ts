import { spawnSync } from "node:child_process";

/**
 * `pnpm check:audit`: fails if the registry knows of a severe vulnerability in what runs. Says so
 * if no registry answers, as on a machine without a network.
 */
const { status, stdout, stderr } = spawnSync("pnpm audit --prod --audit-level high", {
  shell: true,
  encoding: "utf8",
});
const output = stdout + stderr;
if (status === 0) console.log("no severe vulnerability is known");
else if (
  /ERR_PNPM_(AUDIT_BAD_RESPONSE|AUDIT_ENDPOINT_NOT_EXISTS|META_FETCH_FAIL|FETCH)|ENOTFOUND|ECONNREFUSED|ETIMEDOUT/.test(
    output,
  )
)
  console.warn("\n*** NO REGISTRY ANSWERED: THE PACKAGES ARE NOT AUDITED. ***\n");
else {
  console.error(output);
  process.exitCode = 1;
}
