import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { scratchFolder, unprivileged } from "./spawn-server.ts";

/** Files of a private certificate authority, and of one server's certificate. */
export interface Certificates {
  readonly folder: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Creates a private CA and a certificate for these names, `DNS:…` or `IP:…`, with openssl. */
export function createCertificates(names: readonly string[]): Certificates {
  const owner = unprivileged();
  const folder = scratchFolder(owner);
  const file = (name: string) => join(folder, name);
  const openssl = (...args: string[]) =>
    execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  openssl("req", "-x509", ...newKey, "-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=Test CA");
  openssl("req", ...newKey, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=server");
  writeFileSync(file("names"), `subjectAltName=${names.join(",")}\n`);
  const signing = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names"];
  openssl("x509", "-req", "-in", "server.csr", "-out", "server.crt", "-days", "2", ...signing);
  chmodSync(file("server.key"), 0o600);
  if (owner) chownSync(file("server.key"), owner.uid, owner.gid);
  return { folder, ca: file("ca.crt"), cert: file("server.crt"), key: file("server.key") };
}
