import { readFileSync } from "node:fs";
import { InvalidEnvironment } from "./environment.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Settings that hold secrets. Each may be in a file, as container images have it. */
const SECRET = ["DATABASE_URL", "DATABASE_LISTEN_URL", "REDIS_URL", "SECRETS", "SMTP_URL"];
const SUFFIX = "_FILE";

/**
 * Returns the settings that are set. An empty value counts as unset: shells and compose files write
 * it like that. `SECRETS_FILE` names a file with the value of `SECRETS`, and so for every setting
 * that holds a secret. Line breaks at its end are removed. Only files of settings in `known` are
 * read: a process needs no access to the secrets of another one. Throws `InvalidEnvironment`.
 */
export function readEnvironment(
  env: Environment,
  known: Readonly<Record<string, unknown>>,
): Record<string, string> {
  const given: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) if (value) given[name] = value;
  const mistakes: string[] = [];
  for (const name of SECRET.filter((one) => one in known)) {
    const path = given[name + SUFFIX];
    if (path === undefined) continue;
    if (given[name] !== undefined) mistakes.push(`${name}: is set, and ${name}${SUFFIX} too`);
    try {
      given[name] = readFileSync(path, "utf8").replace(/[\r\n]+$/, "");
    } catch (error) {
      const { code = "unknown cause" } = error as NodeJS.ErrnoException;
      mistakes.push(`${name}${SUFFIX}: the file cannot be read (${code})`);
    }
  }
  if (mistakes.length > 0) throw new InvalidEnvironment(mistakes);
  return given;
}
