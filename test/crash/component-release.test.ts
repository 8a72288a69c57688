import { componentReleases } from './component-releases.ts';
import { survives } from './survives.ts';

await survives(componentReleases);
