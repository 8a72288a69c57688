import type { Catalog } from '../../domain/catalog.ts';
import type { Sha } from '../../domain/code/commit.ts';
import type { Repository } from '../../domain/code/repository.ts';
import { versionReleaseId } from '../../domain/versions/plan.ts';
import { openProductTags } from '../../domain/versions/product/tags.ts';
import { productVersion } from '../../domain/versions/product/product-tag.ts';
import { compareVersions, versionOfTag, versionText } from '../../domain/versions/version.ts';
import type { Version } from '../../domain/versions/version.ts';
import { componentIn, versionedIn } from '../../ports/catalog/entries.ts';
import { neverRetry, tryAgain } from '../../ports/failures.ts';
import type { Ports } from '../../ports/ports.ts';
import { beating } from '../../ports/pulse.ts';
import { pinReads } from '../environments/pinned-commit.ts';
import { refused } from './ground.ts';
import type { Refused } from './ground.ts';

/** A release that a tag of the product starts. */
export interface WantedVersion {
  /** The workflow's id. */
  readonly id: string;
  readonly version: string;
  /** The product's tag. */
  readonly product: string;
}

/** Of how many tags of the product the newest are started at once. */
const mostAtOnce = 10;

/** Tags of the product that ships a component, each of which asks for a version of it. */
export function productTags({ forge }: Pick<Ports, 'forge'>) {
  const { pinText, commitOf } = pinReads(forge);

  /** The commit that a product's tag asks to be released as this version. @throws `Unavailable` while the forge does not show the tag */
  async function commitFor(catalog: Catalog, component: string, { tag, version }: { readonly tag: string; readonly version: Version }): Promise<{ readonly kind: 'commit'; readonly sha: Sha } | Refused> {
    const { product, pin, tagged } = productOf(catalog, component);
    const asked = productVersion(tag, product.suffix);
    if (!asked || compareVersions(asked, version) !== 0) return refused(`product: the tag ${tag} of ${product.repository} does not ask for ${versionText(version)}`);
    if (!(await forge.tags.find(product.repository, tag))) throw tryAgain('Unavailable', `${product.repository} does not show the tag ${tag}`);
    const file = { repository: product.repository, versionFile: pin.versionFile };
    const text = await pinText(file, tag);
    const sha = text === undefined ? undefined : await commitOf(text, tagged);
    if (sha === undefined) return refused(`product: ${pin.versionFile} at ${tag} of ${product.repository} ${text === undefined ? 'does not exist' : `says "${text.slice(0, 60)}", which is neither a commit nor a version with a tag`}`);
    const now = versionOfTag(`v${((await pinText(file, pin.branch)) ?? '').replace(/^v/, '')}`);
    if (now && compareVersions(version, now) < 0) return refused(`product: ${versionText(version)} is older than ${versionText(now)}, which ${pin.branch} of ${product.repository} has`);
    return { kind: 'commit', sha };
  }

  return { commitFor };
}

/** Looks which of the product's tags ask for a version that is not released yet. */
export function createProductTags({ catalog: source, forge, git }: Pick<Ports, 'catalog' | 'forge' | 'git'>) {
  /** @throws `InvalidInput` for a component that no product ships */
  async function lookForProductTags({ component }: { readonly component: string }): Promise<readonly WantedVersion[]> {
    const catalog = await source.read();
    const { product, tagged } = productOf(catalog, component);
    const own = (await git.refs(tagged)).tags.flatMap(({ name }) => versionOfTag(name) ?? []);
    const names = (await forge.tags.list(product.repository, 'v')).map(({ name }) => name);
    return openProductTags(names, product.suffix, own)
      .slice(0, mostAtOnce)
      .map(({ tag, version }) => ({ id: versionReleaseId(component, version), version: versionText(version), product: tag }));
  }

  return { lookForProductTags: beating(lookForProductTags) };
}

function productOf(catalog: Catalog, component: string): { readonly product: { readonly repository: Repository; readonly suffix: string }; readonly pin: { readonly versionFile: string; readonly branch: string }; readonly tagged: Repository } {
  const { code, versions } = versionedIn(catalog, component);
  const { pin } = componentIn(catalog, component);
  if (!versions.product || !pin) throw neverRetry('InvalidInput', `the catalog does not say which product's tags release ${component}: add "versions.product" to it, and a "pin"`);
  const { repository = pin.repository, suffix } = versions.product;
  return { product: { repository, suffix }, pin, tagged: versions.repository ?? code.canonical };
}
