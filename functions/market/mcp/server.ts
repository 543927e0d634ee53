import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import { WorkerTools } from '#contract/execution-market-requests.ts';
import type { Caller } from './tools.ts';
import * as tools from './tools.ts';

/** One JSON-RPC message of one worker, answered by a server of its own. */
export async function answer(
  request: Request,
  { maxBodyBytes, ...caller }: Caller & { readonly maxBodyBytes: number },
): Promise<Response> {
  const transport = new WebStandardStreamableHTTPServerTransport({
    enableJsonResponse: true,
    maxRequestBodySize: maxBodyBytes,
  });
  const server = serverFor(caller);
  await server.connect(transport);
  try {
    return await transport.handleRequest(request);
  } finally {
    await server.close();
  }
}

/** Failures are text, as Execution Market's are: only the heading tells, `isError` does not. */
function serverFor(caller: Caller): McpServer {
  const server = new McpServer({ name: 'execution-market', version: '1' });
  const says = async (text: Promise<string>) => ({
    content: [{ type: 'text' as const, text: await text }],
  });
  server.registerTool(
    'em_register_as_executor',
    {
      description: 'Register your wallet as an executor.',
      inputSchema: WorkerTools.em_register_as_executor,
    },
    ({ params }) => says(tools.register(params, caller)),
  );
  server.registerTool(
    'em_apply_to_task',
    { description: 'Apply to a published task.', inputSchema: WorkerTools.em_apply_to_task },
    ({ params }) => says(tools.apply(params, caller)),
  );
  server.registerTool(
    'em_submit_work',
    { description: 'Submit completed work.', inputSchema: WorkerTools.em_submit_work },
    ({ params }) => says(tools.submit(params, caller)),
  );
  server.registerTool(
    'em_get_my_tasks',
    {
      description: 'Your assigned tasks, applications and submissions.',
      inputSchema: WorkerTools.em_get_my_tasks,
    },
    ({ params }) => says(tools.myTasks(params, caller)),
  );
  server.registerTool(
    'em_rate_agent',
    {
      description: 'Rate the publisher of a task you completed.',
      inputSchema: WorkerTools.em_rate_agent,
    },
    (given) => says(tools.rateAgent(given, caller)),
  );
  return server;
}
