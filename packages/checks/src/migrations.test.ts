import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { allMigrations, type PlannedMigration } from "@postern/postgres";
import { describe, expect, it } from "vitest";
import { ROOT } from "./repository.ts";

const SQUAWK = join(ROOT, "packages/checks/node_modules/.bin/squawk");

/**
 * Rules about taste, or about what `migrate` does for every statement: it sets the time limits, and
 * runs nothing twice. All other rules of squawk are about writers that would wait, or about the
 * processes of the earlier version.
 */
const EXCLUDED = [
  "prefer-robust-stmts",
  "require-lock-timeout",
  "require-statement-timeout",
  "require-timeout-settings",
  "prefer-bigint-over-smallint",
  "prefer-bigint-over-int",
  "prefer-identity",
];

interface Complaint {
  readonly rule_name: string;
  readonly line: number;
}

/** Returns the rules that a migration breaks. */
function complaintsOf({ statements }: PlannedMigration): readonly string[] {
  const args = ["--reporter=json", `--exclude=${EXCLUDED.join(",")}`, "--assume-in-transaction"];
  const input = `${statements.join(";\n")};\n`;
  try {
    execFileSync(SQUAWK, [...args, "--stdin-filepath=migration.sql"], { input, stdio: "pipe" });
    return [];
  } catch (error) {
    const { stdout } = error as { readonly stdout: Buffer };
    return (JSON.parse(String(stdout)) as Complaint[]).map(({ rule_name }) => rule_name);
  }
}

const planted = (statements: readonly string[]) => complaintsOf({ name: "planted", statements });

describe("a migration", () => {
  it("blocks no writer, and breaks no process of the earlier version", async () => {
    const [first, ...later] = await allMigrations();
    expect(first?.name).toBe("0001-start"); // it runs before there is a process
    expect(later.length).toBeGreaterThan(0);
    expect(later.map((one) => [one.name, complaintsOf(one)])).toEqual(
      later.map(({ name }) => [name, []]),
    );
  });

  it.each([
    ["create index events_by_type on postern.events (type)", "require-concurrent-index-creation"],
    ["alter table postern.users alter column email type varchar(254)", "changing-column-type"],
    ["alter table postern.users drop column email", "ban-drop-column"],
    ["alter table postern.users rename column email to address", "renaming-column"],
    ["alter table postern.users alter column email set not null", "adding-not-nullable-field"],
    [
      "alter table postern.events add constraint user_is_there foreign key (user_id) references postern.users (id)",
      "adding-foreign-key-constraint",
    ],
  ])("that does %o is refused", (sql, rule) => {
    expect(planted([sql])).toContain(rule);
  });

  it("that builds an index concurrently is refused: all run in a transaction", () => {
    const index = "create index concurrently events_by_type on postern.events (type)";
    const statements = ["drop index concurrently if exists postern.events_by_type", index];
    expect(planted(statements)).toContain("ban-concurrent-index-creation-in-transaction");
  });
});
