import type { RegistryKind } from '../../domain/versions/packages/package-version.ts';

/** A package, by where it is published. */
export interface PackageName {
  readonly registry: RegistryKind;
  /** Of the registry. */
  readonly url: string;
  readonly name: string;
}

/** Registries of a language's packages. Slipway reads only: packages are built and published by CI. */
export interface Packages {
  /** Whether a version is published, spelled as the registry does. */
  has(name: PackageName, version: string): Promise<boolean>;
}
