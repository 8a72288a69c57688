import type { Catalog, Component } from '../../domain/catalog.ts';
import type { DoctorRequest, Finding } from '../../domain/inspection/diagnosis.ts';
import { componentIn } from '../../ports/catalog/entries.ts';
import { diagnoseComponent } from './diagnosis/component.ts';
import { examine, fine } from './diagnosis/finding.ts';
import type { DiagnosisPorts } from './diagnosis/finding.ts';
import { diagnosePromotion } from './diagnosis/promotion.ts';
import { diagnoseSchemas } from './diagnosis/schemas.ts';
import { diagnoseVersions } from './diagnosis/versions.ts';
import { diagnoseWorker } from './diagnosis/worker.ts';

/** Tries with the worker's own credentials whatever a release will need, and changes nothing. */
export function createDiagnosis(ports: DiagnosisPorts) {
  /** @throws `InvalidInput` for an unknown component */
  async function diagnose({ component }: DoctorRequest): Promise<readonly Finding[]> {
    let read: Catalog | undefined;
    const catalog = await examine('the catalog', 'mend it: slipway validate', async () => {
      read = await ports.catalog.read();
      return fine(`${Object.keys(read.components).length} components`);
    });
    const worker = await diagnoseWorker(ports);
    if (!read) return [...catalog, ...worker];
    const findings = [...catalog, ...worker];
    for (const [name, one] of chosen(read, component)) {
      findings.push(...(await diagnoseComponent(ports, name, one)));
      if (one.code && one.versions) findings.push(...(await diagnoseVersions(ports, name, one.code, one.versions)));
      if (one.promotion) findings.push(...(await diagnosePromotion(ports, name, one.promotion, read)));
      if (one.schemas) findings.push(...(await diagnoseSchemas(ports, name, one.schemas)));
    }
    return findings;
  }

  return { diagnose };
}

function chosen(catalog: Catalog, component: string | undefined): readonly (readonly [string, Component])[] {
  return component === undefined ? Object.entries(catalog.components) : [[component, componentIn(catalog, component)]];
}
