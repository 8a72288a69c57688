import { expect, it } from 'vitest';
import { hotfixRequest, productionRequest, stageFixRequest } from '../../../domain/promotion/request.ts';
import { releaseRequest } from '../../../domain/component/request.ts';
import { versionRequest } from '../../../domain/versions/request.ts';

it.each([
  ['a version', versionRequest, { component: 'gitaly', version: '12.9.0' }],
  ['a release', releaseRequest, { component: 'gitaly' }],
  ['a production release', productionRequest, { component: 'monitor', release: '2024.09.01' }],
  ['a stage fix', stageFixRequest, { component: 'monitor', pulls: [1] }],
  ['a hotfix', hotfixRequest, { component: 'monitor', pull: 1, partner: 'bob' }],
])('%s is started by a person, not by a template, nor by two lines', (_, schema, request) => {
  expect(schema.safeParse({ ...request, by: 'kim' }).success).toBe(true);
  for (const by of ['your-login', 'kim\nby alice', 'ki\u202em', ' ', '']) expect(schema.safeParse({ ...request, by }).success, by).toBe(false);
});
