import { SpanStatusCode } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { envDetectorSync, Resource } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-node';
import type { WorkflowClientInterceptor } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import {
  OpenTelemetryActivityInboundInterceptor,
  OpenTelemetryActivityOutboundInterceptor,
  OpenTelemetryWorkflowClientInterceptor,
} from '@temporalio/interceptors-opentelemetry';
import { TRACE_HEADER } from '@temporalio/interceptors-opentelemetry/lib/instrumentation.js';
import type { ActivityInboundCallsInterceptor, ActivityInterceptorsFactory } from '@temporalio/worker';

/** How long the last spans may take, in ms, where nobody answers. */
const patienceMs = 2_000;

export interface Traces {
  readonly client: WorkflowClientInterceptor;
  readonly activity: ActivityInterceptorsFactory[];
  /** Exports what is left. Never fails. */
  end(): Promise<void>;
}

/** Spans of what clients say and of every activity, exported as OpenTelemetry's variables have it. */
export function openTelemetry(attributes: Readonly<Record<string, string>>): Traces {
  const resource = Resource.default().merge(new Resource(attributes)).merge(new Resource(envDetectorSync.detect().attributes));
  const provider = new NodeTracerProvider({ resource, spanProcessors: [withoutPolls(new BatchSpanProcessor(new OTLPTraceExporter()))] });
  provider.register();
  return {
    client: new OpenTelemetryWorkflowClientInterceptor(),
    activity: [
      ({ info }) => ({ inbound: traceOfRun(info.workflowExecution?.runId) }),
      (context) => ({ inbound: new OpenTelemetryActivityInboundInterceptor(context), outbound: new OpenTelemetryActivityOutboundInterceptor(context) }),
    ],
    async end() {
      const patience = new Promise((resolve) => setTimeout(resolve, patienceMs).unref());
      await Promise.race([provider.shutdown().catch(() => undefined), patience]);
    },
  };
}

/** The UI and schedules start workflows without a trace: what such a run does is a trace of its own, named by the run's id, which is as long. */
function traceOfRun(runId = ''): ActivityInboundCallsInterceptor {
  const id = runId.replaceAll('-', '');
  return {
    execute(input, next) {
      if (input.headers[TRACE_HEADER] || !/^[0-9a-f]{32}$/.test(id)) return next(input);
      const trace = defaultPayloadConverter.toPayload({ traceparent: `00-${id}-${id.slice(16)}-01` });
      return next({ ...input, headers: { ...input.headers, [TRACE_HEADER]: trace! } });
    },
  };
}

/** A poll that found nothing yet is a benign failure, the only one whose span has no status; a release makes thousands of them. */
function withoutPolls(spans: SpanProcessor): SpanProcessor {
  return {
    onStart: (span, context) => spans.onStart(span, context),
    onEnd(span) {
      if (span.status.code !== SpanStatusCode.UNSET) spans.onEnd(span);
    },
    forceFlush: () => spans.forceFlush(),
    shutdown: () => spans.shutdown(),
  };
}
