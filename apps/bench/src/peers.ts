import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { requestBytes } from "./load/connection.ts";
import { courseRequests, type System } from "./system.ts";

const FOLDER = fileURLToPath(new URL("../peers/", import.meta.url));

/**
 * Other services of the same kind, from public packages with our own glue code. Installs them if
 * necessary.
 */
export function installedPeers(): readonly System[] {
  if (!existsSync(`${FOLDER}node_modules`)) {
    const install = ["-y", "pnpm@12", "install", "--ignore-workspace", "--frozen-lockfile"];
    execFileSync("npx", install, { cwd: FOLDER, stdio: "inherit" });
  }
  const betterAuth = {
    register: ({ email, password }: { email: string; password: string }) =>
      requestBytes("POST", "/api/auth/sign-up/email", { json: { email, password, name: email } }),
    logIn: (json: { email: string; password: string }) =>
      requestBytes("POST", "/api/auth/sign-in/email", { json }),
    check: (cookie: string) => requestBytes("GET", "/api/auth/get-session", { cookie }),
  };
  return [
    peer("Fastify", "fastify.mjs", courseRequests),
    peer("Express", "express.mjs", courseRequests),
    peer("Better Auth", "better-auth.mjs", betterAuth),
  ];
}

const peer = (
  name: string,
  file: string,
  requests: Pick<System, "register" | "logIn" | "check">,
): System => ({ name, script: `${FOLDER}${file}`, env: { BCRYPT_COST: "4" }, ...requests });
