import * as z from 'zod';
import type { Route } from '../http-api/routes.ts';
import type { HttpApi, Integration, RouteLimit } from '../http-api.ts';
import type { Lambda } from '../lambda.ts';
import { knownFunction } from './create-compute.ts';
import { type LocalResource, parseProperties, refused } from './resource.ts';

const IntegrationProperties = z.object({
  ApiId: z.string(),
  IntegrationType: z.literal('AWS_PROXY'),
  IntegrationUri: z.string(),
  PayloadFormatVersion: z.literal('2.0'),
  TimeoutInMillis: z.coerce.number().optional(),
});
const RouteProperties = z.object({ ApiId: z.string(), RouteKey: z.string(), Target: z.string() });
const Settings = z.object({
  ThrottlingRateLimit: z.coerce.number().optional(),
  ThrottlingBurstLimit: z.coerce.number().optional(),
});
const StageProperties = z.object({
  ApiId: z.string(),
  StageName: z.string(),
  DefaultRouteSettings: Settings.optional(),
  RouteSettings: z.record(z.string(), Settings).default({}),
});

export interface ApiResources {
  readonly apis: readonly LocalResource[];
  readonly integrations: readonly LocalResource[];
  readonly routes: readonly LocalResource[];
  readonly stages: readonly LocalResource[];
}

/** AWS::ApiGatewayV2: puts routes and limits on the servers that already listen. */
export function attachApis(
  { apis, integrations, routes, stages }: ApiResources,
  { lambda, serverOf }: { readonly lambda: Lambda; readonly serverOf: (apiId: string) => HttpApi },
): void {
  for (const api of apis) {
    if (api.properties['CorsConfiguration'] !== undefined) {
      throw refused(
        api,
        'sets CorsConfiguration',
        'the local HTTP API does not answer preflight requests',
      );
    }
    const apiId = api.identity.ref;
    const targets = new Map(
      integrations.flatMap((resource) => {
        const integration = parseProperties(IntegrationProperties, resource);
        return integration.ApiId === apiId
          ? [[resource.identity.ref, target(resource, integration, lambda)] as const]
          : [];
      }),
    );
    const attached = routes.flatMap((resource): Route<Integration>[] => {
      const route = parseProperties(RouteProperties, resource);
      if (route.ApiId !== apiId) return [];
      const found = targets.get(route.Target.replace('integrations/', ''));
      if (!found)
        throw refused(resource, `targets ${route.Target}`, 'that integration is not of this API');
      return [{ routeKey: route.RouteKey, target: found }];
    });
    serverOf(apiId).attach(
      attached,
      stages.flatMap((stage) => limitsOf(stage, apiId)),
    );
  }
}

function target(
  resource: LocalResource,
  { IntegrationUri, TimeoutInMillis }: z.infer<typeof IntegrationProperties>,
  lambda: Lambda,
): Integration {
  // either the function's ARN or the invocation path around it
  const arn = /arn:aws:lambda:[^/]+/.exec(IntegrationUri)?.[0] ?? IntegrationUri;
  const fn = knownFunction(resource, lambda, arn);
  return { fn, timeoutMs: TimeoutInMillis };
}

function limitsOf(resource: LocalResource, apiId: string): RouteLimit[] {
  const stage = parseProperties(StageProperties, resource);
  if (stage.ApiId !== apiId) return [];
  if (stage.StageName !== '$default') {
    throw refused(
      resource,
      `is the stage ${stage.StageName}`,
      'the local HTTP API serves $default alone',
    );
  }
  const all = Object.entries({
    $default: stage.DefaultRouteSettings ?? {},
    ...stage.RouteSettings,
  });
  return all.flatMap(([routeKey, { ThrottlingRateLimit: rate, ThrottlingBurstLimit }]) =>
    rate === undefined ? [] : [{ routeKey, rate, burst: ThrottlingBurstLimit ?? rate }],
  );
}
