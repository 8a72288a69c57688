import { z } from 'zod';

/** How it is known which hash of the product an environment runs. */
export const deployedRule = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('deployment').describe("What was deployed last: by the environment's own record, or by the forge's newest deployment, whichever is later."),
  }),
  z.strictObject({
    kind: z.literal('url'),
    url: z.url({ protocol: /^https?$/ }).describe('Shows the hash of what is deployed: the first 40 hex digits of its answer.'),
  }),
]);

export type DeployedRule = z.output<typeof deployedRule>;
