export * as oci from './oci.ts';
