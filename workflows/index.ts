export { componentRelease } from './component-release.ts';
export { default } from './unknown-workflow.ts';
