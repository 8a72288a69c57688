import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import type { BundleOptions, WorkflowBundle } from '@temporalio/worker';
import { project } from '../../../sandbox/parts/build.mjs';

type Hook = NonNullable<BundleOptions['webpackConfigHook']>;

/**
 * Bundles the workflows as a later build has them: `step` (a file of this folder) stands in for `workflows/stages/stages.ts`, wherever that
 * is imported but in this folder itself.
 */
export function bundleNextBuild(step: 'guarded-stages' | 'unguarded-stages'): Promise<WorkflowBundle> {
  const here = join(project, 'dist/test/e2e/next-build');
  const replace: Hook = (config) => ({
    ...config,
    plugins: [
      ...(config.plugins ?? []),
      {
        apply: (compiler) =>
          compiler.hooks.normalModuleFactory.tap('next-build', ({ hooks }) =>
            hooks.beforeResolve.tap('next-build', (module) => {
              if (/(^|\/)stages\.js$/.test(module.request) && !module.contextInfo.issuer.startsWith(here)) module.request = join(here, `${step}.js`);
            }),
          ),
      },
    ],
  });
  const workflowsPath = join(project, 'dist/workflows/index.js');
  return bundleWorkflowCode({ workflowsPath, webpackConfigHook: replace, logger: new DefaultLogger('ERROR') });
}
