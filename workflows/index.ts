export { componentRelease } from './component-release.ts';
export { environment } from './environment.ts';
export { featureFlagRollout } from './feature-flag-rollout.ts';
export { featureFlags } from './feature-flags.ts';
export { schemaRelease } from './schema-release.ts';
export { updateComponent } from './update-component.ts';
export { uploadCurrentSchemas } from './upload-current-schemas.ts';
export { default } from './unknown-workflow.ts';
