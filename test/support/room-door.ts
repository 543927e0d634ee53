import { randomUUID } from 'node:crypto';
import { type LocalServer, listen } from '../../scripts/local/cloud/http.ts';
import { proxyEvent, sendResult } from '../../scripts/local/cloud/http-api/event.ts';

/** A room's handler behind a port, called as API Gateway's HTTP API would call it (payload format 2.0, over JSON). */
export function openDoor(
  room: string,
  handle: (event: unknown) => Promise<unknown>,
): Promise<LocalServer> {
  return listen((request, response) => {
    void (async () => {
      const event = proxyEvent({
        apiId: room,
        requestId: randomUUID(),
        routeKey: '$default',
        stage: '$default',
        pathParameters: {},
        request,
        body: Buffer.concat(await request.toArray()),
        now: new Date(),
      });
      const result = await handle(JSON.parse(JSON.stringify(event)));
      sendResult(response, JSON.stringify(result));
    })();
  });
}
