import { occasions } from './occasions.ts';
import { survives } from './survives.ts';

await survives(occasions);
