import { randomUUID } from "node:crypto";
import { parseEmail } from "@postern/domain";
import { en, linksTo, smtpMailer, toMessage } from "@postern/mail";
import { type Command, Option } from "commander";
import { CommandFailure } from "../exit.ts";
import type { Run } from "../program.ts";

const TOKEN = "this-is-a-test-and-opens-nothing";

/** Each mail, with example values. */
const EXAMPLES = {
  reset: (to: string, links: ReturnType<typeof linksTo>) =>
    en.reset({ to, token: TOKEN, url: links.reset({ email: to, token: TOKEN }), minutes: 15 }),
  "verify-address": (to: string, links: ReturnType<typeof linksTo>) =>
    en.verifyAddress({ to, token: TOKEN, url: links.verify({ token: TOKEN }) }),
  "password-changed": (to: string) => en.passwordChanged({ to }),
  "new-device": (to: string) => en.newDevice({ to, device: "Firefox on Linux", at: new Date() }),
  "address-changed": (to: string) => en.addressChanged({ to }),
  "registration-attempted": (to: string) => en.registrationAttempted({ to }),
};

export function mailCommand(mail: Command, run: Run): void {
  mail
    .command("test <address>")
    .description("send a mail as a test; without SMTP_URL only show it")
    .addOption(
      new Option("--template <name>", "which mail")
        .choices(Object.keys(EXAMPLES))
        .default("password-changed"),
    )
    .action(
      run(
        async (
          { config },
          print,
          to: string,
          { template }: { template: keyof typeof EXAMPLES },
        ) => {
          if (!parseEmail(to)) throw new CommandFailure("misuse", "not an e-mail address");
          const message = toMessage(
            randomUUID(),
            to,
            EXAMPLES[template](to, linksTo(config.publicUrl)),
          );
          if (!config.smtp) {
            print.item({ sent: false, subject: message.subject, text: message.text });
            return;
          }
          const mailer = smtpMailer({ ...config.smtp, atOnce: 1 });
          try {
            await mailer.send(message);
          } catch (cause) {
            throw new CommandFailure("fault", `not sent: ${(cause as Error).message}`);
          } finally {
            mailer.close();
          }
          print.item({ sent: true, to, subject: message.subject });
        },
      ),
    );
}
