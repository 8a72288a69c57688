import type { Client } from '@temporalio/client';

/** Temporal's type Keyword, by number. */
const keyword = 2;

/** What a worker can learn of the server that it works for. */
export interface TemporalServer {
  /** "1.29.1" */
  version(): Promise<string>;
  /** The names of the namespace's own search attributes that are Keywords. */
  keywords(): Promise<readonly string[]>;
}

export function temporalServer({ workflowService, connection, options: { namespace } }: Client): TemporalServer {
  return {
    version: async () => (await workflowService.getSystemInfo({})).serverVersion,
    async keywords() {
      const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
      return Object.entries(customAttributes).filter(([, type]) => Number(type) === keyword).map(([name]) => name);
    },
  };
}
