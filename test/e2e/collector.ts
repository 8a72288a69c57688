import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import protobuf from 'protobufjs';

export interface Span {
  readonly name: string;
  /** As hexadecimal digits. */
  readonly trace: string;
  readonly id: string;
  readonly parent: string;
  readonly service: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** What of OpenTelemetry's protocol the tests look at (opentelemetry/proto/collector/trace/v1). */
const { root } = protobuf.parse(`
  syntax = "proto3";
  message Request { repeated ResourceSpans resource_spans = 1; }
  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
  message Resource { repeated KeyValue attributes = 1; }
  message ScopeSpans { repeated Span spans = 2; }
  message Span { bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; string name = 5; repeated KeyValue attributes = 9; }
  message KeyValue { string key = 1; AnyValue value = 2; }
  message AnyValue { string string_value = 1; }
`);
const Request = root.lookupType('Request');

interface KeyValue {
  readonly key: string;
  readonly value?: { readonly stringValue?: string };
}

interface Export {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] };
    readonly scopeSpans: readonly { readonly spans: readonly { readonly traceId: string; readonly spanId: string; readonly parentSpanId?: string; readonly name: string; readonly attributes?: readonly KeyValue[] }[] }[];
  }[];
}

/** Takes spans by OTLP over HTTP, as a collector does. */
export async function startCollector(): Promise<{ readonly url: string; readonly spans: Span[]; stop(): void }> {
  const spans: Span[] = [];
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      if (request.url === '/v1/traces') spans.push(...spansIn(body));
      response.writeHead(request.url === '/v1/traces' ? 200 : 404).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function spansIn(body: Buffer): Span[] {
  const { resourceSpans } = Request.toObject(Request.decode(body), { bytes: String, arrays: true }) as unknown as Export;
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ traceId, spanId, parentSpanId = '', name, attributes = [] }) => ({
        name,
        trace: hex(traceId),
        id: hex(spanId),
        parent: hex(parentSpanId),
        service: values(resource.attributes)['service.name'] ?? '',
        attributes: { ...values(resource.attributes), ...values(attributes) },
      })),
    ),
  );
}

function values(attributes: readonly KeyValue[]): Readonly<Record<string, string>> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value?.stringValue ?? '']));
}

function hex(base64: string): string {
  return Buffer.from(base64, 'base64').toString('hex');
}
