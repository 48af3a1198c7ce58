import { aUser, anEvent } from "@postern/domain/contract";
import { sql } from "kysely";
import { describe, expect, it } from "vitest";
import { aSubscriber, aWorld, PATIENCE } from "./worker.fixture.ts";

describe("a consumer", () => {
  it("keeps the payload of a job that the queue refuses to complete, because it runs again", async () => {
    const heard: string[] = [];
    const world = await aWorld({ subscribers: [aSubscriber((id) => void heard.push(id))] });
    const worker = await world.start();
    await sql`
      create function refuse() returns trigger language plpgsql as
        $$ begin raise 'refused'; end $$`.execute(world.db);
    await sql`
      create trigger refuse before update on postern_queues.job for each row
        when (new.state = 'completed') execute function refuse()`.execute(world.db);
    const { id } = await aUser(world.users);
    await world.events.append([{ ...anEvent(id), payload: { device: "canary" } }]);
    // After two refusals the consumer no longer tries to store that the job is completed.
    await expect.poll(() => world.faults.length, PATIENCE).toBe(2);
    await worker.stop(); // waits for the job's clean-up, if there is one
    const jobs = sql`select from postern_queues.job where state = 'active' and data ? 'sealed'`;
    expect((await jobs.execute(world.db)).rows).toHaveLength(1);
    await world.close();
  });
});
