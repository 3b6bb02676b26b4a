export { LISTEN_ERRORS, ListenError, type ListenErrorCode } from './listen.ts';
export {
  createLogger,
  LOG_FORMATS,
  LOG_LEVELS,
  type LogDestination,
  type LogFormat,
  type Logger,
  type LogLevel,
  type LogMethod,
  type LogOptions,
} from './log.ts';
export { METRICS, type MetricDescription, REGISTRATION_STATES, type RegistrationState } from './metric-table.ts';
export { createMetrics, type LitellmCall, type Metrics, type ReconcileOutcome, type ScrapeReaders } from './metrics.ts';
export { type Health, type RunningServer, type ServerOptions, startServer } from './server.ts';
export { SERVICE, VERSION } from './version.ts';
