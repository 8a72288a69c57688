import type { Sha } from '../../code/commit.ts';

/** What is known of the commit that a release is made of, before anything is made of it. */
export type Origin =
  | { readonly kind: 'sound'; /** Of its image. */ readonly digest?: string; readonly told: string }
  /** It may not go on: people were told why. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** People have to say whether it may. */
  | { readonly kind: 'doubtful'; readonly digest?: string; readonly why: string };

/** How stage stands to a commit. */
export type StageStanding =
  /** It runs it, or has reported it before. `digest`: of the image that it ran, where that is known. */
  | { readonly kind: 'reported'; readonly digest?: string }
  /** It runs a commit that contains it. Whether it has ever run that one itself, nobody has seen. */
  | { readonly kind: 'passed'; readonly runs: Sha }
  | { readonly kind: 'missing'; readonly runs?: Sha };

export interface OriginFacts {
  readonly candidate: Sha;
  /** Where the tag stands now, if there is one. */
  readonly tagged?: Sha;
  readonly isOnBranch: boolean;
  readonly branch: string;
  readonly repository: string;
  /** Why it may come from another branch, in somebody's words. */
  readonly exception?: string;
  readonly stage: StageStanding;
  /** Undefined where the catalog names no image. */
  readonly image?: { readonly tag: string; readonly digest?: string };
}

/**
 * Whether a release may be made of a commit, or go on with it. Undefined while stage or the registry may still come to have it.
 *
 * @param isLate they have been waited for long enough
 */
export function judgeOrigin(facts: OriginFacts, { isLate }: { readonly isLate: boolean }): Origin | undefined {
  const { candidate, tagged, isOnBranch, branch, repository, exception, stage, image } = facts;
  const short = candidate.slice(0, 7);
  if (tagged !== undefined && tagged !== candidate) return { kind: 'refused', reason: `its tag stands on ${tagged.slice(0, 7)} now, and not on ${short}` };
  if (!isOnBranch && exception === undefined) return { kind: 'refused', reason: `${short} is not on ${branch} of ${repository}: only what stage has run from there goes to production. An exception needs a reason: "exception": "why"` };
  if (image && image.digest === undefined) return isLate ? { kind: 'refused', reason: `there is no image tagged ${image.tag}` } : undefined;
  const digest = image?.digest;
  const known = digest === undefined ? {} : { digest };
  switch (stage.kind) {
    case 'reported':
      if (stage.digest !== undefined && digest !== undefined && stage.digest !== digest) return { kind: 'doubtful', ...known, why: `stage ran ${stage.digest} of ${short}, and ${image!.tag} is ${digest} now` };
      return { kind: 'sound', ...known, told: `${short} ${isOnBranch ? `is on ${branch}` : `is not on ${branch} (${exception})`}, and stage has reported it${digest === undefined ? '' : `: ${digest}`}` };
    case 'passed':
      return { kind: 'doubtful', ...known, why: `nobody has seen stage run ${short} itself: it runs ${stage.runs.slice(0, 7)}, which contains it` };
    case 'missing':
      if (!isLate) return undefined;
      return { kind: 'refused', reason: `stage has never reported ${short}: it runs ${stage.runs === undefined ? 'nothing that is known' : stage.runs.slice(0, 7)}` };
  }
}
