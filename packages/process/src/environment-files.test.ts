import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readEnvironment } from "./environment-files.ts";

const KNOWN = { DATABASE_URL: 1, REDIS_URL: 1, SECRETS: 1, SMTP_URL: 1 };
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "postern-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

it("reads secrets from files, without the line break at the end", () => {
  const path = join(folder, "database-url");
  writeFileSync(path, "postgres://a:b@db/auth\n");
  expect(readEnvironment({ DATABASE_URL_FILE: path, PORT: "", HOST: "::1" }, KNOWN)).toEqual({
    DATABASE_URL_FILE: path,
    DATABASE_URL: "postgres://a:b@db/auth",
    HOST: "::1",
  });
});

it("names every file that cannot be read, and every setting that is given twice", () => {
  const path = join(folder, "secrets");
  writeFileSync(path, "from the file");
  const read = () =>
    readEnvironment(
      {
        SECRETS: "from the environment",
        SECRETS_FILE: path,
        REDIS_URL_FILE: join(folder, "none"),
        SMTP_URL_FILE: folder,
      },
      KNOWN,
    );
  expect(read).toThrow(
    "invalid environment:\n  REDIS_URL_FILE: the file cannot be read (ENOENT)\n" +
      "  SECRETS: is set, and SECRETS_FILE too\n" +
      "  SMTP_URL_FILE: the file cannot be read (EISDIR)",
  );
  expect(read).not.toThrow(/from the/);
});

it("reads no file for a setting that is no secret, or of another process", () => {
  const env = { PORT_FILE: "/nonexistent", SMTP_URL_FILE: "/nonexistent" };
  expect(readEnvironment(env, { PORT: 1, SECRETS: 1 })).toEqual(env);
});
