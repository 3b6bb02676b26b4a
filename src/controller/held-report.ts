import type { Judgement } from '../registration/index.ts';
import { EVENTS, type EventReason } from './event-table.ts';

/** So many models are named; the rest is counted. */
const NAMED = 10;

/** An Event about the installation itself. */
export interface OwnEvent {
  type: 'Normal' | 'Warning';
  reason: EventReason;
  message: string;
}

export interface HeldReportOptions {
  /** Writes an Event on the controller's own Deployment. */
  event: (event: OwnEvent) => void;
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
  /** The name of the LiteLLM, where there are several. */
  litellm?: string | undefined;
  /** How often the Event is refreshed while deletes are held, in milliseconds. */
  refreshMs: number;
  now?: () => number;
}

export interface HeldReport {
  /** Tells of held deletes on a transition, and every so often while they are held. */
  tell(judgement: Judgement): void;
}

/** Says once what is held and how it is confirmed, and once that nothing is held any more. */
export function createHeldReport({ event, log, litellm, refreshMs, now = Date.now }: HeldReportOptions): HeldReport {
  let told: { hash: string; at: number } | undefined;

  function tell(judgement: Judgement): void {
    if (!judgement.held) {
      if (told) log.info({ hash: told.hash }, 'no deletes are held any more');
      told = undefined;
      return;
    }
    const { hash } = judgement;
    if (told?.hash !== hash) log.warn(heldFields(judgement), 'deletes are held until they are confirmed');
    else if (told.at + refreshMs > now()) return;
    told = { hash, at: now() };
    event({ type: EVENTS.DeletesHeld.type, reason: 'DeletesHeld', message: describeHeld(judgement, litellm) });
  }

  return { tell };
}

/** What is held, as fields of a log line. */
export function heldFields(judgement: Judgement): object {
  const { takeOuts, owned, share, hash } = judgement;
  return {
    models: takeOuts.length,
    of: owned,
    share: Math.round(share * 100) / 100,
    names: namesOf(judgement),
    hash,
    confirm: confirmCommand(hash),
  };
}

/** The command that carries out exactly this set. */
export function confirmCommand(hash: string): string {
  return `model-registrar sync --confirm-deletes ${hash}`;
}

/** For people: what is held, why, and how it is confirmed. @param litellm - where, if there are several */
export function describeHeld(judgement: Judgement, litellm?: string): string {
  const { takeOuts, owned, hash } = judgement;
  const names = namesOf(judgement);
  const more = takeOuts.length - names.length;
  const list = `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  const count = `${takeOuts.length} of ${owned} models`;
  // The names last: an Event is cut off at its end.
  return `${count} would be taken out of LiteLLM${litellm === undefined ? '' : ` ${litellm}`}, since their objects are not there any more, and nobody saw them go. They are kept. Where that is right, with the settings of the controller: ${confirmCommand(hash)} (${list})`;
}

function namesOf({ takeOuts }: Judgement): string[] {
  return [...new Set(takeOuts.map(({ publicName }) => publicName))].sort().slice(0, NAMED);
}
