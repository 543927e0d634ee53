import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findRoute } from '../../../scripts/local/cloud/http-api/routes.ts';
import { createThrottle } from '../../../scripts/local/cloud/http-api/throttle.ts';
import { aCloud, type TestCloud } from '../../support/local-cloud.ts';

let local: TestCloud;
let api: string;

beforeAll(async () => {
  local = await aCloud();
  api = local.cloud.endpoints.apis['web'] ?? '';
});
afterAll(async () => {
  await local.stop();
});

interface ProxyEvent {
  readonly headers: Record<string, string>;
  readonly requestContext: { readonly http: object };
  readonly body?: string;
  readonly isBase64Encoded: boolean;
}

describe('the local HTTP API', () => {
  it('is known to the app by its local address', () => {
    expect(local.cloud.outputs['Local-Rooms']?.['ApiUrl']).toBe(api);
  });

  it('sends payload format 2.0', async () => {
    const response = await fetch(`${api}/tasks/a%20b?x=1&x=2&y=`, {
      headers: { Cookie: 'one=1; two=2', 'X-Custom': 'Value', 'content-type': 'application/json' },
    });
    const event = (await response.json()) as ProxyEvent;

    expect(event).toMatchObject({
      version: '2.0',
      routeKey: 'GET /tasks/{id}',
      rawPath: '/tasks/a b',
      rawQueryString: 'x=1&x=2&y=',
      cookies: ['one=1', 'two=2'],
      queryStringParameters: { x: '1,2', y: '' },
      pathParameters: { id: 'a b' },
      isBase64Encoded: false,
    });
    expect(event.headers['x-custom']).toBe('Value');
    expect(event.headers['cookie']).toBeUndefined();
    expect(event.requestContext.http).toMatchObject({
      method: 'GET',
      path: '/tasks/a b',
      protocol: 'HTTP/1.1',
    });
    expect(event.body).toBeUndefined();
  });

  it('passes text as it is and anything else as base64, both ways', async () => {
    const sent = await fetch(`${api}/x`, {
      method: 'POST',
      body: '{"ñ":1}',
      headers: { 'content-type': 'application/json' },
    });
    const text = (await sent.json()) as ProxyEvent;
    const bytes = await fetch(`${api}/bytes`, {
      method: 'POST',
      body: new Uint8Array([1, 2]),
      headers: { 'content-type': 'application/octet-stream' },
    });

    expect([text.body, text.isBase64Encoded]).toEqual(['{"ñ":1}', false]);
    expect(bytes.status).toBe(201);
    expect(bytes.headers.get('x-seen')).toBe('true');
    expect(bytes.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect([...new Uint8Array(await bytes.arrayBuffer())]).toEqual([0, 255, 7]);
  });

  it('makes a 200 of a plain object', async () => {
    const response = await fetch(`${api}/plain`);

    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'application/json',
    ]);
    expect(await response.json()).toEqual({ hello: 'world' });
  });

  it.each([
    {
      what: 'an error in the function',
      path: '/throw',
      status: 500,
      message: 'Internal Server Error',
    },
    {
      what: 'a function that takes too long',
      path: '/slow',
      status: 503,
      message: 'Service Unavailable',
    },
    { what: 'no route', path: '/', status: 404, message: 'Not Found' },
  ])('answers $what as API Gateway does', async ({ path, status, message }) => {
    const response = await fetch(`${api}${path}`);

    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ message });
  });

  it('refuses a body over 10 MB', async () => {
    const response = await fetch(`${api}/big`, { method: 'POST', body: 'x'.repeat(10_000_001) });

    expect(response.status).toBe(413);
  });

  it('throttles a route that the stage limits', async () => {
    const statuses = [];
    for (let turn = 0; turn < 4; turn += 1) statuses.push((await fetch(`${api}/limited`)).status);

    expect(statuses).toEqual([200, 200, 429, 429]);
  });
});

describe('findRoute', () => {
  const routes = [
    '$default',
    'ANY /{proxy+}',
    'GET /tasks/{id}',
    'GET /tasks/new',
    'ANY /tasks/{id}',
  ].map((routeKey) => ({
    routeKey,
    target: routeKey,
  }));

  it.each([
    ['GET', '/tasks/new', 'GET /tasks/new'],
    ['GET', '/tasks/7', 'GET /tasks/{id}'],
    ['PUT', '/tasks/7', 'ANY /tasks/{id}'],
    ['GET', '/tasks/7/x', 'ANY /{proxy+}'],
    ['GET', '/', '$default'],
  ])('takes %s %s to %s', (method, path, routeKey) => {
    expect(findRoute(routes, method, path)?.route.target).toBe(routeKey);
  });

  it('reads a dot as a dot', () => {
    expect(findRoute([{ routeKey: 'GET /a.b', target: 1 }], 'GET', '/axb')).toBeUndefined();
  });
});

describe('a throttle', () => {
  it('allows a burst, then the rate', () => {
    const throttle = createThrottle(10, 2);

    expect([0, 0, 0, 100, 100].map((at) => throttle.take(at))).toEqual([
      true,
      true,
      false,
      true,
      false,
    ]);
  });
});
