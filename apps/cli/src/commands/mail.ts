import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { parseEmail } from "@postern/domain";
import { exampleMessages, linksTo, MAIL_LANGUAGES, type Message, smtpMailer } from "@postern/mail";
import { type Command, Option } from "commander";
import type { CliConfig } from "../config.ts";
import { CommandFailure } from "../exit.ts";
import { printerOf, type Run } from "../program.ts";

/** `verifyAddress` is `verify-address` on the command line. */
const toOption = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const TEMPLATES = exampleMessages("en", { links: linksTo(undefined) }).map(({ id }) =>
  toOption(id),
);

interface Choice {
  readonly template: string;
  readonly language: string;
}

export function mailCommand(mail: Command, run: Run, readConfig: () => CliConfig): void {
  // A mail with example values needs no store, so it is shown while the service runs too.
  withChoice(mail.command("preview"))
    .description("show a mail with example values, and send nothing")
    .option("--html <file>", "write it as a page into a new file")
    .action(async function preview(this: Command, options: Choice & { html?: string }) {
      const print = printerOf(this);
      const { subject, text, html } = example(readConfig(), options, "bob@example.com");
      if (options.html !== undefined) await writeNew(options.html, html);
      print.item(options.html === undefined ? { subject, text } : { written: options.html });
    });
  withChoice(mail.command("test <address>"))
    .description("send a mail as a test; without SMTP_URL only show it")
    .action(
      run(async ({ config }, print, to: string, choice: Choice) => {
        if (!parseEmail(to)) throw new CommandFailure("misuse", "not an e-mail address");
        const message = example(config, choice, to);
        const { subject, text } = message;
        if (config.smtp) await send(config.smtp, message);
        print.item(config.smtp ? { sent: true, to, subject } : { sent: false, subject, text });
      }),
    );
}

const withChoice = (command: Command): Command =>
  command
    .addOption(
      new Option("--template <name>", "which mail").choices(TEMPLATES).default("password-changed"),
    )
    .addOption(
      new Option("--language <tag>", "in which language").choices(MAIL_LANGUAGES).default("en"),
    );

function example(config: CliConfig, { template, language }: Choice, to: string): Message {
  const options = { links: linksTo(config.publicUrl), brand: { name: config.brandName } };
  const mails = exampleMessages(language, options, to);
  const mail = mails.find(({ id }) => toOption(id) === template);
  if (!mail) throw new Error(`no mail ${template}`); // the option has these choices only
  return { ...mail, id: randomUUID() };
}

async function writeNew(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: "wx" });
  } catch (cause) {
    throw new CommandFailure("misuse", `not written: ${(cause as Error).message}`);
  }
}

async function send(smtp: NonNullable<CliConfig["smtp"]>, message: Message): Promise<void> {
  const mailer = smtpMailer({ ...smtp, atOnce: 1 });
  try {
    await mailer.send(message);
  } catch (cause) {
    throw new CommandFailure("fault", `not sent: ${(cause as Error).message}`);
  } finally {
    mailer.close();
  }
}
