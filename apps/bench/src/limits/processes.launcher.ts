/** Runs several processes of a script behind one port, with Node's own cluster. */
import cluster from "node:cluster";
import { setting } from "./listen.ts";

cluster.setupPrimary({ exec: setting("SCRIPT") });
for (let n = 0; n < Number(setting("PROCESSES")); n += 1) cluster.fork();
