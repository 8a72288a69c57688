import { landings } from './landings.ts';
import { survives } from './survives.ts';

await survives(landings);
