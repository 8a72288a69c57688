import { versionText } from '../version.ts';
import type { Version } from '../version.ts';

/** How registries spell a version. RubyGems knows no dash: its candidate 4 of 12.9.0 is 12.9.0.pre.rc4. */
export const registrySpelling = {
  rubygems: (version: Version) => versionText(version).replace('-', '.pre.'),
  npm: versionText,
} satisfies Record<string, (version: Version) => string>;

export type RegistryKind = keyof typeof registrySpelling;
