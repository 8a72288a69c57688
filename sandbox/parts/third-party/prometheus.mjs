import { findProgram, systemPart } from '../sources/system-part.mjs';

/** A real Prometheus; tests feed it by remote write (`--web.enable-remote-write-receiver`). */
export const prometheus = systemPart({
  title: 'Prometheus',
  debianPackage: 'prometheus',
  find: () => findProgram(['prometheus'], ['/opt/homebrew/bin']),
});
