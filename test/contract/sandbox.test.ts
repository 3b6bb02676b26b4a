import { startKubernetes, startLiteLlm } from '../../src/sandbox/index.ts';
import { describeKubernetesContract } from './kubernetes.ts';
import { describeLiteLlmContract } from './litellm.ts';

describeKubernetesContract('the sandbox', async () => {
  const kubernetes = await startKubernetes({ bookmarkMilliseconds: 20 });
  return {
    url: kubernetes.url,
    token: kubernetes.token,
    bookmarksWithin: 5_000,
    expireHistory: async () => kubernetes.forgetHistory(),
    stop: () => kubernetes.stop(),
  };
});

describeLiteLlmContract('the sandbox', async () => {
  const configModel = { id: 'of-the-config-file', name: 'house', params: { model: 'openai/house' } };
  const litellm = await startLiteLlm({ reloadMilliseconds: 100, configModels: [configModel] });
  return {
    url: litellm.url,
    adminKey: litellm.masterKey,
    userKey: litellm.userKey,
    configModelId: configModel.id,
    insertRow: async (model) => {
      litellm.insert(model);
    },
    setDatabaseDown: async (isDown) => litellm.setDatabaseDown(isDown),
    reloadsWithin: 5_000,
    stop: () => litellm.stop(),
  };
});
