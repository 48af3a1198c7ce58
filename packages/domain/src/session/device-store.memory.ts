import type { EventId } from "../ids.ts";
import type { DeviceStore } from "./device-store.ts";

export function memoryDeviceStore(): DeviceStore {
  const users = new Map<string, Map<string, EventId>>();
  return {
    async see(userId, device, eventId) {
      const devices = users.get(userId) ?? new Map<string, EventId>();
      users.set(userId, devices);
      const first = devices.get(device) ?? eventId;
      devices.set(device, first);
      if (first !== eventId) return "known";
      const others = [...devices].filter(([name]) => name !== device);
      return others.some(([, since]) => since < eventId) ? "new" : "first";
    },
    list: async (userId) => [...(users.get(userId)?.keys() ?? [])].toSorted(),
  };
}
