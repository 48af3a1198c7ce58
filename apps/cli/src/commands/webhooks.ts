import { randomUUID } from "node:crypto";
import type { EventJson } from "@postern/domain";
import type { WebhookEndpoint } from "@postern/postgres";
import {
  type Networks,
  newWebhookSecret,
  parseEndpointUrl,
  RefusedTarget,
  requireDeliverable,
} from "@postern/webhooks";
import { attempt } from "@postern/worker";
import type { Command } from "commander";
import { CommandFailure } from "../exit.ts";
import { UUID } from "../find-user.ts";
import type { Service } from "../open.ts";
import { parseEventType, requireYes, type Run, numberUpTo } from "../program.ts";

const DAY_MS = 24 * 3_600_000;

export function webhooksCommand(webhooks: Command, run: Run): void {
  webhooks
    .command("add <url>")
    .description("add an endpoint, and show its signing secret, which is shown only once")
    .option("--types <types>", "event types, separated by commas (default: all)", typesIn)
    .action(
      run(async (service, print, text: string, { types }: { types?: string[] }) => {
        const { webhooks: store } = service;
        const url = await checked(text, service.networks);
        const id = randomUUID();
        const secret = newWebhookSecret();
        if (!(await store.add({ id, url, eventTypes: types }, secret))) {
          throw new CommandFailure("misuse", "endpoint limit (1,000) reached");
        }
        print.item({ id, url, event_types: types ?? "all", secret });
      }),
    );

  webhooks
    .command("list")
    .description("list endpoints")
    .action(run(async (service, print) => print.items((await service.webhooks.list()).map(shown))));

  webhooks
    .command("test <id>")
    .description("send a webhook.test event, and show the answer")
    .action(
      run(async (service, print, id: string) => {
        const { status, answer } = await sendTest(service, await find(service, id));
        print.item({ status, answer });
        const isDelivered = status !== undefined && status >= 200 && status < 300;
        if (!isDelivered)
          throw new CommandFailure("fault", "the endpoint did not accept the event");
      }),
    );

  onEndpoint(
    "pause <id>",
    "pause an endpoint: its events wait until it is resumed",
    async (service, { id }) => {
      await service.webhooks.pause(id, "operator");
      return { id, paused: true };
    },
  );
  onEndpoint(
    "resume <id>",
    "resume an endpoint: the waiting events are sent first",
    async (service, { id }) => {
      await service.webhooks.resume(id);
      return { id, paused: false };
    },
  );

  webhooks
    .command("rotate <id>")
    .description("create a new secret for an endpoint; the old secret stays valid for --days")
    .option("--days <count>", "how many days the old secret also signs", numberUpTo(30), 1)
    .action(
      run(async (service, print, id: string, { days }: { days: number }) => {
        const secret = newWebhookSecret();
        const until = new Date(Date.now() + days * DAY_MS);
        await service.webhooks.rotate(await find(service, id), secret, until);
        print.item({ id, secret, old_secret_until: until });
      }),
    );

  webhooks
    .command("remove <id>")
    .description("remove an endpoint with its waiting events")
    .option("--yes", "required: cannot be undone")
    .action(
      run(async (service, print, id: string, options: { yes?: boolean }) => {
        const { url } = await find(service, id);
        requireYes(options, `this removes the endpoint ${url}`);
        await service.webhooks.remove(id);
        print.item({ id, removed: true });
      }),
    );

  webhooks
    .command("attempts <id>")
    .description("list delivery attempts, the newest first")
    .option("--limit <count>", "maximum number", numberUpTo(1_000), 50)
    .action(
      run(async (service, print, id: string, { limit }: { limit: number }) => {
        const { id: endpointId } = await find(service, id);
        const attempts = await service.webhooks.attempts(endpointId, limit);
        print.items(
          attempts.map(({ at, eventId, attempt: number, status, durationMs, answer }) => ({
            at,
            event_id: eventId,
            attempt: number,
            status,
            duration_ms: durationMs,
            answer,
          })),
        );
      }),
    );

  function onEndpoint(
    command: string,
    description: string,
    act: (service: Service, endpoint: WebhookEndpoint) => Promise<Record<string, unknown>>,
  ): void {
    webhooks
      .command(command)
      .description(description)
      .action(
        run(async (service, print, id: string) =>
          print.item(await act(service, await find(service, id))),
        ),
      );
  }
}

async function find({ webhooks }: Service, id: string): Promise<WebhookEndpoint> {
  const endpoint = UUID.test(id) ? await webhooks.find(id) : undefined;
  if (!endpoint) throw new CommandFailure("notFound", "no such endpoint");
  return endpoint;
}

async function sendTest({ webhooks, networks }: Service, endpoint: WebhookEndpoint) {
  const event = { id: randomUUID(), type: "webhook.test", version: 1, userId: null, data: {} };
  const sent = { ...event, timestamp: new Date().toISOString() } as unknown as EventJson;
  const target = { url: endpoint.url, secrets: webhooks.secretsOf(endpoint) };
  const { status, firstBytes: answer } = await attempt(target, sent, networks);
  return { status, answer };
}

const typesIn = (text: string) => text.split(",").map((type) => parseEventType(type.trim()));

async function checked(text: string, networks: Networks): Promise<string> {
  try {
    const url = parseEndpointUrl(text);
    await requireDeliverable(url, networks);
    return url.href;
  } catch (error) {
    if (!(error instanceof RefusedTarget)) throw error;
    throw new CommandFailure("misuse", error.message);
  }
}

const shown = ({ id, url, eventTypes, pausedBecause, createdAt }: WebhookEndpoint) => ({
  id,
  url,
  event_types: eventTypes?.join(",") ?? "all",
  paused: pausedBecause ?? "no",
  created_at: createdAt,
});
