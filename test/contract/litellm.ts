import { afterAll, beforeAll, describe } from 'vitest';
import { describeCalls } from './litellm-calls.ts';
import { describeChanges } from './litellm-changes.ts';
import { describeCreation } from './litellm-creation.ts';
import { describeCredentials } from './litellm-credentials.ts';
import { describeReading } from './litellm-reading.ts';
import { describeRefusals } from './litellm-refusals.ts';
import { clientOf, type LiteLlmSetting, type LiteLlmTarget } from './litellm-target.ts';
import { describeTrouble } from './litellm-trouble.ts';
import { type ModelServer, startModelServer } from './model-server.ts';

/** What every LiteLLM must do that the controller leans on. Run against the sandbox and against a real proxy. */
export function describeLiteLlmContract(name: string, start: () => Promise<LiteLlmTarget>): void {
  describe(`the LiteLLM of ${name}`, () => {
    let target: LiteLlmTarget | undefined;
    let modelServer: ModelServer | undefined;
    const setting: LiteLlmSetting = {
      made: new Set(),
      target: () => {
        if (!target) throw new Error('the target is not started');
        return target;
      },
      modelServer: () => {
        if (!modelServer) throw new Error('the model server is not started');
        return modelServer;
      },
    };

    beforeAll(async () => {
      modelServer = await startModelServer();
      target = await start();
    });
    afterAll(async () => {
      const client = clientOf(setting);
      for (const id of setting.made) await client.remove(id);
      await target?.stop?.();
      await modelServer?.stop();
    });

    describeCreation(setting);
    describeRefusals(setting);
    describeChanges(setting);
    describeReading(setting);
    describeCalls(setting);
    describeCredentials(setting);
    describeTrouble(setting);
  });
}
