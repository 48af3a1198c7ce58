import type { Fault } from "./cell.ts";

export const PROCESS_FAULTS: readonly Fault[] = [
  {
    part: "API",
    name: "kill -9",
    begin: async ({ apis }) => await apis[0]?.end("SIGKILL"),
    end: (system) => system.startApi(0),
  },
  {
    part: "API",
    name: "SIGSTOP",
    begin: async ({ apis }) => apis[0]?.child.kill("SIGSTOP"),
    end: async ({ apis }) => apis[0]?.child.kill("SIGCONT"),
  },
  {
    part: "API",
    name: "SIGTERM",
    begin: async ({ apis }) => await apis[0]?.end("SIGTERM"),
    end: (system) => system.startApi(0),
  },
  {
    part: "worker",
    name: "kill -9",
    begin: async ({ worker }) => await worker.end("SIGKILL"),
    end: (system) => system.startWorker(),
  },
  {
    part: "worker",
    name: "SIGSTOP",
    begin: async ({ worker }) => worker.child.kill("SIGSTOP"),
    end: async ({ worker }) => worker.child.kill("SIGCONT"),
  },
];
