/** One route key of an HTTP API: `GET /tasks/{id}`, `ANY /mcp/{proxy+}` or `$default`. */
export interface Route<Target> {
  readonly routeKey: string;
  readonly target: Target;
}

export interface Match<Target> {
  readonly route: Route<Target>;
  readonly pathParameters: Readonly<Record<string, string>>;
}

/**
 * The most specific route that matches: literal segments before `{name}`, that before `{name+}`, a method before ANY, `$default` last.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
export function findRoute<Target>(
  routes: readonly Route<Target>[],
  method: string,
  path: string,
): Match<Target> | undefined {
  const matches = routes.flatMap((route) => {
    const pathParameters = parametersOf(route.routeKey, method, path);
    return pathParameters ? [{ route, pathParameters }] : [];
  });
  return matches.toSorted((a, b) =>
    rank(a.route.routeKey).localeCompare(rank(b.route.routeKey)),
  )[0];
}

function parametersOf(
  routeKey: string,
  method: string,
  path: string,
): Record<string, string> | undefined {
  if (routeKey === '$default') return {};
  const [wantedMethod = '', template = ''] = routeKey.split(' ');
  if (wantedMethod !== 'ANY' && wantedMethod !== method) return undefined;
  const names: string[] = [];
  const pattern = template
    .split(/(\{[^}]+\})/)
    .map((part) => {
      const name = /^\{([^}+]+)(\+?)\}$/.exec(part);
      if (!name) return part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
      names.push(name[1] ?? '');
      return name[2] === '+' ? '(.+)' : '([^/]+)';
    })
    .join('');
  const found = new RegExp(`^${pattern}$`).exec(path);
  return found
    ? Object.fromEntries(
        names.map((name, index) => [name, decodeURIComponent(found[index + 1] ?? '')]),
      )
    : undefined;
}

/** Sorts as text: each segment is 0 when literal, 1 when a parameter, 2 when greedy; then 0 for a method, 1 for ANY. */
function rank(routeKey: string): string {
  if (routeKey === '$default') return '9';
  const [method = '', template = ''] = routeKey.split(' ');
  const segments = template.split('/').slice(1);
  const kinds = segments.map((segment) =>
    segment.endsWith('+}') ? '2' : segment.startsWith('{') ? '1' : '0',
  );
  return `${kinds.join('')}-${method === 'ANY' ? '1' : '0'}`;
}
