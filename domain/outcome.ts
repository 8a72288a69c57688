import { toldHalt, toldLifting, toldVeto } from './people/objection.ts';
import { spoken } from './text/spoken.ts';
import type { Remains } from './release/remains.ts';
import { toldRollout } from './flags/outcome.ts';
import type { RolloutOutcome } from './flags/outcome.ts';
import { toldSchemas } from './schemas/outcome.ts';
import type { SchemaOutcome, SchemaStopped } from './schemas/outcome.ts';
import { toldPromotion } from './promotion/outcome.ts';
import type { PromotionOutcome } from './promotion/outcome.ts';
import { toldBackports, toldExperimental, toldPackage, toldSecurity, toldVersion } from './versions/outcome.ts';
import type { BackportOutcome, ExperimentalOutcome, PackageOutcome, SecurityOutcome, VersionOutcome } from './versions/outcome.ts';
import type { ReleaseOutcome } from './component/outcome.ts';

/** How any of the workflows ends. */
export type Outcome = BackportOutcome | ExperimentalOutcome | PackageOutcome | SecurityOutcome | VersionOutcome | ReleaseOutcome | RolloutOutcome | SchemaOutcome | SchemaStopped | PromotionOutcome;

/** What did not get to its end, and was cleaned up. */
export type StoppedOutcome = Extract<ReleaseOutcome, Remains> | SchemaStopped;

/** An outcome as one line for people. */
export function toldOutcome(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'released':
      return `released through ${outcome.stages.join(', ') || 'no stage'}${outcome.skipped ? `; skipped: ${outcome.skipped.join(', ')}` : ''}`;
    case 'upToDate':
      return `up to date: ${outcome.pinned ? `${outcome.pinned} is the newest green commit` : 'no commit is green yet'}${outcome.pending ? `; the checks of ${outcome.pending} have not ended` : ''}`;
    case 'triedBefore':
      return `not begun: ${outcome.sha} was released before as ${outcome.release}. To release it again, ask for it: --sha ${outcome.sha}`;
    case 'noCandidate':
      return `no candidate: ${outcome.sha} is not green (${outcome.failed.map(({ name }) => name).join(', ')})`;
    case 'takenBack':
      return `took ${outcome.component} back from ${outcome.from} to ${outcome.to}: what runs in environments stays`;
    case 'halted':
      return `not begun: ${toldHalt(outcome.component, outcome.halt)}. To go on: ${toldLifting(outcome.component)}`;
    case 'vetoed':
      return `not begun: ${toldVeto(outcome.veto, outcome.sha)}. To release it all the same: ${toldLifting(outcome.component, outcome.veto.sha)}`;
    case 'planned':
      return `a dry run: would carry ${outcome.candidate} by ${outcome.writes.length} steps`;
    case 'handedOver':
      return `handed over to ${outcome.to}${outcome.waitsFor === undefined ? '' : `, which waits for ${outcome.waitsFor}`}`;
    case 'underWay':
      return `not begun: ${outcome.release} is under way with ${outcome.candidate}. To release ${outcome.asked} instead, abort it first`;
    case 'mergeRefused':
      return `stopped: the merge was refused (${outcome.reason})`;
    case 'mergedOtherwise':
      return `stopped: it was merged, but not as the release knew it (${outcome.reason})`;
    case 'overtaken':
      return `overtaken: the base branch pins ${outcome.pinned || 'nothing'} by now`;
    case 'closed':
      return `closed by ${outcome.by}${outcome.reason ? `: ${outcome.reason}` : ''}`;
    case 'rolledBack':
      return `rolled back ${outcome.by ? `by ${outcome.by}` : 'by itself'} at ${outcome.stage}: ${outcome.reason}`;
    case 'superseded':
      return `superseded at ${outcome.stage} by ${outcome.by}`;
    case 'unapproved':
      return `stopped: nobody approved ${outcome.stage} within ${spoken(outcome.waitedMs)}`;
    case 'rejected':
      return `rejected at ${outcome.stage} by ${outcome.by}${outcome.reason ? `: ${outcome.reason}` : ''}`;
    case 'aborted':
      return `aborted by ${outcome.by}: ${outcome.reason}`;
    case 'nothingMerged':
    case 'preReleased':
    case 'promoted':
    case 'promotionRefused':
    case 'replaced':
    case 'fixed':
    case 'fixRefused':
    case 'fixFailed':
      return toldPromotion(outcome);
    case 'rolledOut':
    case 'alreadyOn':
      return toldRollout(outcome);
    case 'versionReleased':
    case 'versionPlanned':
    case 'versionRefused':
      return toldVersion(outcome);
    case 'packagePublished':
    case 'packageGivenUp':
    case 'packageRefused':
      return toldPackage(outcome);
    case 'experimentallyBuilt':
    case 'experimentalRefused':
      return toldExperimental(outcome);
    case 'securityReleased':
    case 'securityRefused':
      return toldSecurity(outcome);
    case 'backported':
    case 'nothingToBackport':
    case 'backportsPlanned':
    case 'backportsRefused':
      return toldBackports(outcome);
    case 'schemasReleased':
    case 'schemasRepaired':
    case 'schemasUploaded':
    case 'schemasUnderWay':
    case 'schemasRefused':
    case 'notOverwritten':
    case 'buildFailed':
    case 'buildTimedOut':
      return toldSchemas(outcome);
  }
}
