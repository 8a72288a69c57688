import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';
import type { DataConverter, WorkflowBundlePath } from '@temporalio/worker';
import { failureConverters, payloadConverterPath } from '../temporal/data-converter.ts';

/** The prebuilt bundles, which production runs. How a workflow writes its failures is decided when it is bundled. */
const plain = fileURLToPath(new URL('../workflow-bundle.js', import.meta.url));
const encoded = fileURLToPath(new URL('../workflow-bundle-encoded.js', import.meta.url));

/** The bundle that goes with a data converter. */
export function workflowBundle({ failureConverterPath }: DataConverter): WorkflowBundlePath {
  return { codePath: failureConverterPath === failureConverters.encoded ? encoded : plain };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const workflowsPath = fileURLToPath(new URL('../workflows/index.js', import.meta.url));
  const workflowInterceptorModules = ['trace.js', 'log-labels.js'].map((name) => fileURLToPath(new URL(`../workflows/${name}`, import.meta.url)));
  const preloadModules = [fileURLToPath(new URL('../workflows/preloaded.js', import.meta.url))];
  const common = { workflowsPath, workflowInterceptorModules, payloadConverterPath, preloadModules };
  const clear = await bundleWorkflowCode({ ...common, failureConverterPath: failureConverters.plain });
  const hidden = await bundleWorkflowCode({ ...common, failureConverterPath: failureConverters.encoded });
  await Promise.all([writeFile(plain, clear.code), writeFile(encoded, hidden.code)]);
}
