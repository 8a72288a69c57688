export { componentRelease } from './component-release.ts';
export { featureFlagRollout } from './feature-flag-rollout.ts';
export { default } from './unknown-workflow.ts';
