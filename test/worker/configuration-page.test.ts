import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const page = readFileSync('docs/configuration.md', 'utf8');

/** Every variable that a source names, such as GITHUB_TOKEN; of a name that is put together, its beginning. */
const variables = ['ports', 'activities', 'temporal', 'worker', 'client'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => readFileSync(join(folder, file), 'utf8').match(/\b(?:SLIPWAY|GITHUB|SLACK|REGISTRY|JIRA|ARGOCD|PROMETHEUS|SENTRY|UNLEASH|GITLAB|GCS|STORAGE)_[A-Z_]+/g) ?? []),
);

it.each([...new Set(variables)].toSorted().filter((name) => name !== 'GITLAB_URL_PRODUCTION'))('docs/configuration.md has %s', (name) => {
  expect(page).toContain(`\`${name}`);
});
