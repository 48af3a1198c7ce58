import { EMAIL, PASSWORD, verified } from "../journey.fixture.ts";
import { memoryClock, memoryPasswordHasher, memoryPorts } from "../memory.ts";
import { strictPolicy } from "../policy.ts";
import type { Ports } from "../ports.ts";
import { logIn } from "../session/log-in.ts";
import type { LimitRules } from "../limit-rules.ts";

export const few = { places: 3, windowSeconds: 900 };
export const NEW_PASSWORD = "eight blue tortoises";
let networks = 0;

/** Ports whose hasher counts how often a stored hash was compared. */
export async function opened(limits: Partial<LimitRules> = {}) {
  const clock = memoryClock();
  const plain = memoryPasswordHasher();
  const compared: (string | undefined)[] = [];
  const hasher: Ports["hasher"] = {
    ...plain,
    verify(password, hash) {
      compared.push(hash);
      return plain.verify(password, hash);
    },
  };
  const policy = { ...strictPolicy, limits: { ...strictPolicy.limits, ...limits } };
  const ports = memoryPorts({ clock, hasher, policy });
  const user = await verified(ports);
  const evaluated = () => compared.filter((hash) => hash !== undefined).length;
  return { ports, user, clock, compared, evaluated };
}

/** Another network each time. */
export const aNetwork = () => `192.0.2.${(networks += 1)}`;

export const guess = (
  ports: Ports,
  given: { network?: string; knownDevices?: string; password?: string },
) => logIn(ports, { email: EMAIL, password: given.password ?? "wrong", caller: given });

export async function known(ports: Ports, password = PASSWORD): Promise<string> {
  const result = await guess(ports, { network: aNetwork(), password });
  if (!result.ok || !result.value.knownDevices) throw new Error("the device is known now");
  return result.value.knownDevices;
}
