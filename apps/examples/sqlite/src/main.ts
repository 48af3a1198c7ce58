import { DatabaseSync } from "node:sqlite";
import { createUser, hashNewPassword } from "@postern/domain";
import { memoryPorts } from "@postern/domain/memory";
import { sqliteUserStore } from "./sqlite-user-store.ts";

const users = sqliteUserStore(new DatabaseSync(":memory:"));
const ports = { ...memoryPorts(), users };
const email = "bob@example.com";
const hash = await hashNewPassword(ports, { email, password: "MyPwdOfBob" });
if (!hash.ok) throw new Error(hash.error);
const created = await createUser(ports, { email, passwordHash: hash.value });
console.log(created.ok && created.value.email);
const again = await createUser(ports, { email, passwordHash: hash.value });
console.log(again.ok ? "created twice" : again.error);
