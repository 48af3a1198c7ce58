import { createUser, disableUser, hashNewPassword, logIn, verifyUser } from "@postern/domain";
import { listUsers } from "@postern/postgres";
import type { Command } from "commander";
import { CommandFailure } from "../exit.ts";
import type { Service } from "../open.ts";
import type { Run } from "../program.ts";

/** Of everybody in the demonstration, so that one can log in as any of them. */
const PASSWORD = "four calm purple lamps";

interface Resident {
  readonly name: string;
  /** Where the person is logged in. */
  readonly devices: readonly string[];
  readonly state?: "unverified" | "disabled";
}

const [LINUX, PHONE, WINDOWS] = ["Firefox on Linux", "Safari on iOS", "Edge on Windows"];

const RESIDENTS: readonly Resident[] = [
  { name: "ada", devices: [LINUX, PHONE, WINDOWS] },
  { name: "bob", devices: [WINDOWS] },
  { name: "chloe", devices: [PHONE, LINUX] },
  { name: "dmitri", devices: [] },
  { name: "elif", devices: [PHONE] },
  { name: "farid", devices: [WINDOWS, PHONE] },
  { name: "grace", devices: [] },
  { name: "hiroshi", devices: [LINUX] },
  { name: "ines", devices: [], state: "unverified" },
  { name: "jonas", devices: [], state: "unverified" },
  { name: "kwame", devices: [PHONE] },
  { name: "lucia", devices: [WINDOWS], state: "disabled" },
];

export function demoCommand(demo: Command, run: Run): void {
  demo.action(
    run(async (service, print) => {
      const { config, db } = service;
      if (config.databaseUrl)
        throw new CommandFailure("misuse", "a demonstration is for embedded mode only");
      if ((await listUsers(db, { search: undefined, limit: 1 })).length > 0)
        throw new CommandFailure("misuse", "there are users already; use an empty DATA_DIR");
      for (const resident of RESIDENTS) await settle(service, resident);
      print.item({ users: RESIDENTS.length, example: emailOf("ada"), password: PASSWORD });
    }),
  );
}

const emailOf = (name: string) => `${name}@example.com`;

/** Creates the person, with their sessions, as the service itself would. */
async function settle({ ports }: Service, { name, devices, state }: Resident): Promise<void> {
  const email = emailOf(name);
  const hash = await hashNewPassword(ports, { email, password: PASSWORD });
  if (!hash.ok) throw new Error(`the password was refused: ${hash.error}`);
  const user = await createUser(ports, { email, passwordHash: hash.value });
  if (!user.ok) throw new Error(`${email} was refused: ${user.error}`);
  if (state !== "unverified") await verifyUser(ports, user.value.id);
  for (const device of devices)
    await logIn(ports, { email, password: PASSWORD, client: { device, network: "192.0.2.0/24" } });
  if (state === "disabled") await disableUser(ports, user.value.id);
}
