import { flagRollouts } from './flag-rollouts.ts';
import { survives } from './survives.ts';

await survives(flagRollouts);
