import { expect, it } from "vitest";
import { type Cell, violationsOf, runCell, TIMES } from "./cell.ts";
import { CONTROLS } from "./controls.ts";
import { POSTGRES_FAULTS } from "./postgres-faults.ts";
import { PROCESS_FAULTS } from "./process-faults.ts";
import { REDIS_FAULTS } from "./redis-faults.ts";
import { tableOf } from "./table.ts";

// The large form of matrix.test.ts. Its table is in docs/operating/faults.md.

const cells: Cell[] = [];

it.each([...REDIS_FAULTS, ...POSTGRES_FAULTS, ...PROCESS_FAULTS])(
  "$part: $name: nothing that was acknowledged is lost, and it heals",
  async (fault) => {
    const cell = await runCell(fault);
    cells.push(cell);
    console.log(tableOf([cell]).split("\n").at(-1));
    expect(violationsOf(cell)).toEqual([]);
  },
);

it("prints the table", () => {
  expect(cells.length).toBeGreaterThan(0);
  console.log(`\n${tableOf(cells)}\n`);
});

it.each(CONTROLS)("the column of $column shows a planted fault", async ({ fault, isSeen }) => {
  const cell = await runCell(fault, { ...TIMES, patienceMs: 15_000 });
  console.log(fault.name, tableOf([cell]).split("\n").at(-1));
  expect(isSeen(cell)).toBe(true);
});
