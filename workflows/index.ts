export { componentRelease } from './component-release.ts';
export { environment } from './environment.ts';
export { featureFlagRollout } from './feature-flag-rollout.ts';
export { updateComponent } from './update-component.ts';
export { default } from './unknown-workflow.ts';
