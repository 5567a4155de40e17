/** How the fake Telegram hands out updates: one long poll at a time, or posts to a webhook until it is answered with 2xx. */
import { RefusedCall } from './fake-telegram-methods.ts';

type Update = { readonly update_id: number } & Readonly<Record<string, unknown>>;

const RETRY_MS = 200;

/** @param check sees every update before it goes out */
export const createUpdates = (check: (update: Update) => void) => {
  let pending: Update[] = [];
  let last: Update | null = null;
  let nextId = 70_000;
  let webhook: { readonly url: string; readonly secret: string } | null = null;
  let poller: { readonly wake: () => void; readonly supersede: () => void } | null = null;
  let posting = false;
  let closed = false;

  const post = async (): Promise<void> => {
    if (posting) return;
    posting = true;
    while (webhook && pending[0] && !closed) {
      const headers = { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': webhook.secret };
      const ok = await fetch(webhook.url, { method: 'POST', headers, body: JSON.stringify(pending[0]) }).then(
        async (response) => (await response.text(), response.ok),
        () => false,
      );
      if (ok) pending.shift();
      else await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
    posting = false;
  };

  const deliver = (update: Update): void => {
    pending.push(update);
    poller?.wake();
    void post();
  };

  return {
    push(content: Readonly<Record<string, unknown>>): void {
      nextId += 1;
      last = { update_id: nextId, ...content };
      check(last);
      deliver(last);
    },
    repeatLast(): void {
      if (last) deliver(last);
    },
    setWebhook(url: string, secret: string): true {
      webhook = { url, secret };
      void post();
      return true;
    },
    deleteWebhook(): true {
      webhook = null;
      return true;
    },
    /** @throws RefusedCall 409 beside a webhook, or when a newer poll takes over */
    async poll({ offset = 0, timeout = 0, limit = 100 }: { offset?: unknown; timeout?: unknown; limit?: unknown }, gone: AbortSignal): Promise<Update[]> {
      if (webhook) throw new RefusedCall(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first");
      poller?.supersede();
      pending = pending.filter((update) => update.update_id >= Number(offset));
      if (pending.length === 0) {
        await new Promise<void>((resolve, reject) => {
          const timer = setTimeout(resolve, Number(timeout) * 1000);
          gone.addEventListener('abort', () => resolve());
          const done = (end: () => void) => () => {
            clearTimeout(timer);
            poller = null;
            end();
          };
          poller = {
            wake: done(resolve),
            supersede: done(() =>
              reject(new RefusedCall(409, 'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running')),
            ),
          };
        });
      }
      return gone.aborted ? [] : pending.slice(0, Number(limit));
    },
    close(): void {
      closed = true;
      webhook = null;
      poller?.wake();
    },
  };
};
