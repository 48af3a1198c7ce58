import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";

/**
 * Puts the settings of a file like `.env` into the environment, which takes precedence: neither a
 * setting in it nor its file (`SECRETS_FILE`) is changed by the other form. Ends the process if
 * there is such a file and it cannot be read.
 */
export function readEnvFile(path: string | URL): void {
  try {
    const given = new Set(Object.keys(process.env));
    for (const [name, value] of Object.entries(parseEnv(readFileSync(path, "utf8")))) {
      if (name.startsWith("NODE_"))
        console.error(`.env: ${name} has no effect here, because Node has started; export it`);
      const other = name.endsWith("_FILE") ? name.slice(0, -"_FILE".length) : `${name}_FILE`;
      if (!given.has(name) && !given.has(other)) process.env[name] = value;
    }
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return;
    console.error(`.env: cannot be read (${code})`);
    process.exit(1);
  }
}
