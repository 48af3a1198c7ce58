import { runKills } from "./kills.ts";

/** `pnpm test:kills`: fifty kills, a few minutes. Fails if anything acknowledged was lost. */
const KILLS = 50;

const tally = await runKills(KILLS, ({ kills, acknowledged, lost }) =>
  console.log(`${kills} kills, ${acknowledged} acknowledged, ${lost} lost`),
);
console.log(tally);
if (tally.lost > 0) process.exitCode = 1;
