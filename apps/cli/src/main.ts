import { readFileSync } from "node:fs";
import tab from "@bomb.sh/tab/commander";
import { connectPostgres, migrate, planMigrations, planText } from "@postern/postgres";
import { InvalidEnvironment, reasonFor } from "@postern/process";
import { Command, CommanderError } from "commander";
import { deadLettersCommand } from "./commands/dead-letters.ts";
import { demoCommand } from "./commands/demo.ts";
import { eventsCommand } from "./commands/events.ts";
import { mailCommand } from "./commands/mail.ts";
import { sessionsCommand } from "./commands/sessions.ts";
import { usersCommand } from "./commands/users.ts";
import { webhooksCommand } from "./commands/webhooks.ts";
import { parseCliConfig } from "./config.ts";
import { CommandFailure, EXIT } from "./exit.ts";
import { openService } from "./open.ts";
import { harmless, printer } from "./print.ts";
import { runOn } from "./program.ts";

const run = runOn(() => openService(parseCliConfig(process.env)));

const postern = new Command("postern")
  .description("Commands for operators of Postern.")
  .version(versionOf("../package.json"))
  .option("--json", "print JSON, for programs")
  .showHelpAfterError()
  .exitOverride();
const group = (name: string, description: string) => postern.command(name).description(description);

eventsCommand(group("events", "the event log"), run);
deadLettersCommand(group("dead-letters", "events that could not be handled"), run);
webhooksCommand(group("webhooks", "endpoints that receive events"), run);
mailCommand(group("mail", "outgoing mail"), run, () => parseCliConfig(process.env));
usersCommand(group("users", "people and machines that can log in"), run);
sessionsCommand(group("sessions", "the sessions of all users"), run);
demoCommand(group("demo", "fill an empty data folder with people to look at"), run);
const migrating = group("migrate", "migrate the database");
migrating.option("--plan", "print the SQL, and run nothing");
migrating.action(async function migrateNow(this: Command) {
  const { databaseUrl, schema } = parseCliConfig(process.env);
  const { json, plan } = this.optsWithGlobals<{ json?: boolean; plan?: boolean }>();
  const print = printer(json === true);
  if (!databaseUrl) {
    // This is embedded mode. `run` opens the folder, which migrates it: nothing is left to apply.
    if (plan) throw new CommandFailure("misuse", "--plan needs DATABASE_URL");
    return run(async () => print.item({ applied: [] })).call(this);
  }
  const connection = connectPostgres({ url: databaseUrl, schema, statementTimeoutMs: 0 });
  try {
    const { db } = connection;
    if (!plan) print.item({ applied: await migrate(db, schema) });
    else if (json) print.item({ plan: await planMigrations(db, schema) });
    else console.log(planText(await planMigrations(db, schema)) || "nothing to do");
  } finally {
    await connection.close();
  }
});

tab(postern); // the command `complete`

for (const stream of [process.stdout, process.stderr]) {
  // Keep working: a bulk command that stops halfway is worse than one whose output is lost.
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") return; // the reader left early, as `head` does
    process.exitCode = EXIT.fault;
    if (stream === process.stdout) console.error(harmless(reasonFor(error)));
  });
}

// Sets the code and lets the process end by itself: `process.exit` would drop output that a pipe
// has not taken yet.
try {
  await postern.parseAsync();
} catch (error) {
  process.exitCode = exitCodeFor(error);
}

function versionOf(path: string): string {
  const text = readFileSync(new URL(path, import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

function exitCodeFor(error: unknown): number {
  // Commander has printed its own message.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.misuse;
  console.error(harmless(reasonFor(error)));
  if (error instanceof CommandFailure) return error.exitCode;
  return error instanceof InvalidEnvironment ? EXIT.misuse : EXIT.fault;
}
