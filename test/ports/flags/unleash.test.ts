import { connectUnleash } from '../../../ports/flags/unleash.ts';
import { describeFlagBackend } from './contract.ts';
import { startUnleash } from './unleash-server.ts';

const place = { project: 'default', environment: 'development' } as const;

describeFlagBackend(
  'Unleash',
  async () => {
    const unleash = await startUnleash();
    const tokens = { admin: unleash.tokens.admin, reader: unleash.tokens.client, nobody: '*:*.token-of-nobody' } as const;
    return {
      url: unleash.url,
      connect: ({ url, as }) => connectUnleash({ url, token: tokens[as], ...place }),
      async turnOnForUser(flag) {
        const path = `/api/admin/projects/default/features/${flag}/environments/development/strategies`;
        const constraints = [{ contextName: 'userId', operator: 'IN', values: ['jane'] }];
        const response = await fetch(unleash.url + path, {
          method: 'POST',
          headers: { authorization: unleash.tokens.admin, 'content-type': 'application/json' },
          body: JSON.stringify({ name: 'flexibleRollout', parameters: { rollout: '100', stickiness: 'default', groupId: flag }, constraints }),
        });
        if (!response.ok) throw new Error(await response.text());
      },
      close: () => unleash.stop(),
    };
  },
  { hundredBecomes: 100, unsetBecomes: false },
);
