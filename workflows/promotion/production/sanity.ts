import { Stop } from '../../release/stop.ts';
import { rollBack } from '../../stages/rollback.ts';
import type { Passage } from '../../stages/passage.ts';
import { lookAtGate } from './gates.ts';
import { resolve, takeStep } from './release.ts';
import type { ProductionRelease } from './release.ts';

/** Looks at what was deployed. What is not well is rolled back, or stays with a reason, as people decide. */
export function checkSanity(release: ProductionRelease, passage: Passage): Promise<void> {
  const { plan: { rules, name, target } } = release;
  return takeStep(release, 'sanity', async () => {
    const excused: string[] = [];
    for (const gate of rules.sanity) {
      for (let attempt = 1; ; attempt++) {
        const why = await lookAtGate(release, gate, attempt);
        if (why === undefined) break;
        const { choice, by, reason = why } = await resolve(release, { step: 'sanity', name: `${gate.name}-${attempt}`, about: `${gate.name} after ${name} came to ${target.environment}`, why, choices: ['retry', 'proceed', 'rollback'] });
        if (choice === 'rollback') {
          await rollBack(passage);
          throw new Stop({ kind: 'rolledBack', stage: target.name, by, reason });
        }
        if (choice === 'proceed') {
          excused.push(`${gate.name} (${by}: ${reason})`);
          break;
        }
      }
    }
    const looks = rules.sanity.map((gate) => gate.name).join(', ') || 'nothing is to be looked at';
    return { told: excused.length > 0 ? `well, but for ${excused.join('; ')}` : `well: ${looks}`, value: undefined };
  });
}
