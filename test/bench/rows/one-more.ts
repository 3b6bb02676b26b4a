import { status } from '../../support/inference-services.ts';
import { milliseconds, percentile, type Row } from '../row.ts';
import { pathOf, placeOf } from '../stage.ts';
import { addBare } from '../tools/bare-rows.ts';
import { manifest } from '../tools/objects.ts';

const MODELS = 500;
/** So many that the few which meet a reading of all rows, by LiteLLM itself or by us, are not one in twenty. */
const MORE = 100;
const MERGE = 'application/merge-patch+json';

/** What a user waits for: KServe says Ready, and LiteLLM has the model. */
export const oneMore: Row = {
  name: 'one-more',
  title: `one more model at ${MODELS}`,
  async run(stage) {
    await stage.emptied();
    await stage.objects({ count: MODELS, registered: MODELS, size: 'small' });
    const [cluster, { litellm }] = [await stage.cluster(), await stage.bed()];
    const program = await stage.start();
    await program.loggedTimes('model changed in LiteLLM', MODELS, 240_000);
    const ours: number[] = [];
    const bare: number[] = [];
    for (let index = MODELS; index < MODELS + MORE; index += 1) {
      const { namespace, name } = placeOf(index);
      const object = manifest({ namespace, name, size: 'small', registered: true });
      await cluster.call('POST', `/apis/serving.kserve.io/v1beta1/namespaces/${namespace}/inferenceservices`, object);
      const from = Date.now();
      await cluster.call(
        'PATCH',
        `${pathOf(index)}/status`,
        { status: status({ namespace, name }) },
        { contentType: MERGE },
      );
      const times = await program.loggedTimes('model changed in LiteLLM', index + 1);
      ours.push((times.at(-1) ?? Number.NaN) - from);
      const { body } = await litellm.request('GET', `/v2/model/info?search=${name}`);
      const found = (body as { data: { model_name: string }[] }).data.some((row) => row.model_name === name);
      if (!found) throw new Error(`LiteLLM does not answer ${name}`);
      bare.push(await addBare(litellm, index));
    }
    await program.stop();
    // Nobody else knows of these.
    for (let index = MODELS; index < MODELS + MORE; index += 1) await cluster.call('DELETE', pathOf(index));
    const extra = percentile(0.95, ours) - percentile(0.95, bare);
    return {
      how: `Real LiteLLM, PostgreSQL and kube-apiserver. ${MORE} objects, one after the other; between them a bare \`POST /model/new\` of a like row. A row counts as there when LiteLLM has answered its POST; that it is, one look afterwards confirms.`,
      figures: [
        {
          what: 'Ready patch → row answered by LiteLLM, p50',
          value: milliseconds(percentile(0.5, ours)),
          beside: `${milliseconds(percentile(0.5, bare))}: a bare POST`,
        },
        {
          what: 'the same, p95',
          value: milliseconds(percentile(0.95, ours)),
          beside: `${milliseconds(percentile(0.95, bare))}: a bare POST`,
        },
        { what: 'p95 less that of the bare POST', value: milliseconds(extra), bar: '≤ 50 ms', met: extra <= 50 },
      ],
    };
  },
};
