package org.unmute.probes.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.models.encoder.TokenMap;
import org.unmute.tensor.DType;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;

class ProbesTest {
    private final Backend scalar = Backends.open("scalar", 1).backend();

    private Probe create(String name, int dim, int classes, String... options) {
        return Probes.create(scalar, name, dim, classes, true, ProbeOptions.parse(options), 7);
    }

    private TokenBatch batch(int clips, int time, int freq, int dim) {
        SplittableRandom random = new SplittableRandom(3);
        float[] tokens = new float[clips * time * freq * dim];
        float[] cls = new float[clips * dim];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = (float) random.nextGaussian();
        }
        for (int i = 0; i < cls.length; i++) {
            cls[i] = (float) random.nextGaussian();
        }
        return new TokenBatch(Tensor.of(scalar, tokens, clips, time * freq, dim), Tensor.of(scalar, cls, clips, dim), time, freq);
    }

    @Test
    void freshPrototypesAreNormalWithDeviation002() {
        float[] p = create("protobin", 96, 10).parameters().get("prototype_vectors").toFloats();
        assertThat(p).hasSize(200 * 96);
        assertThat(moment(p, 1)).isCloseTo(0, within(4 * 0.02 / Math.sqrt(p.length)));
        assertThat(Math.sqrt(moment(p, 2))).isCloseTo(0.02, within(4e-4));
        // a normal distribution has kurtosis 3, a uniform one 1.8
        assertThat(moment(p, 4) / Math.pow(moment(p, 2), 2)).isCloseTo(3, within(0.15));
    }

    @Test
    void freshLinearLayersAreUniformWithinTheRootOfTheirInputs() {
        Map<String, Tensor> p = create("mhca", 48, 10).parameters();
        assertThat(p.keySet()).containsExactly("cls_token", "k.weight", "v.weight", "fc.weight", "fc.bias");
        assertThat(p.get("cls_token").shape().toArray()).containsExactly(1, 1, 48);
        double bound = 1 / Math.sqrt(48);
        for (String name : List.of("k.weight", "v.weight", "fc.weight", "fc.bias")) {
            float[] w = p.get(name).toFloats();
            for (float x : w) {
                assertThat((double) x).isBetween(-bound * 1.000001, bound * 1.000001);
            }
            if (w.length > 1000) {
                assertThat(Math.sqrt(moment(w, 2))).isCloseTo(bound / Math.sqrt(3), within(0.03 * bound));
            }
        }
        assertThat(p.get("k.weight").toFloats()).isNotEqualTo(p.get("v.weight").toFloats());
    }

    private static double moment(float[] values, int power) {
        double sum = 0;
        for (float v : values) {
            sum += Math.pow(v, power);
        }
        return sum / values.length;
    }

    @ParameterizedTest
    @ValueSource(strings = {"linear", "linear-mean", "mhca", "protobin", "protofloat"})
    void theSeedDecidesEveryParameter(String name) {
        Probe a = create(name, 12, 3);
        Probe b = create(name, 12, 3);
        Probe other = Probes.create(scalar, name, 12, 3, true, ProbeOptions.DEFAULTS, 8);
        a.parameters().forEach((key, p) -> {
            assertThat(p.toFloats()).as(key).isEqualTo(b.parameters().get(key).toFloats());
            assertThat(p.toFloats()).as(key).isNotEqualTo(other.parameters().get(key).toFloats());
            assertThat(p.takesGradient()).isTrue();
        });
        assertThat(a.logits(batch(2, 3, 2, 12)).shape().toArray()).containsExactly(2, 3);
    }

    /** Parameter counts of the paper's table for urban (768 numbers a token, 10 classes). */
    @Test
    void sizesAreThePapers() {
        assertThat(count(create("protobin", 768, 10))).isEqualTo(155_610);
        assertThat(count(create("linear", 768, 10))).isEqualTo(7_690);
        assertThat(count(create("mhca", 768, 10))).isEqualTo(1_188_106);
    }

    private static long count(Probe p) {
        return p.parameters().values().stream().mapToLong(t -> t.shape().elements()).sum();
    }

    @Test
    void headsAreTwelveOrTheLargestDivisorBelow() {
        assertThat(((Mhca) create("mhca", 768, 2)).heads()).isEqualTo(12);
        assertThat(((Mhca) create("mhca", 64, 2)).heads()).isEqualTo(8);
        assertThat(((Mhca) create("mhca", 7, 2)).heads()).isEqualTo(7);
        assertThat(((Mhca) create("mhca", 13, 2)).heads()).isEqualTo(1);
        assertThat(((Mhca) create("mhca", 64, 2, "heads=16")).heads()).isEqualTo(16);
        assertThatThrownBy(() -> create("mhca", 64, 2, "heads=12")).hasMessageContaining("12 heads do not divide dim 64");
    }

    /** Central differences in float64; the straight-through gradient is checked against the float form's elsewhere. */
    @ParameterizedTest
    @ValueSource(strings = {"linear", "linear-mean", "mhca", "protofloat"})
    void gradientsAreThoseOfCentralDifferences(String name) {
        TokenBatch f32 = batch(2, 3, 2, 6);
        TokenBatch batch = new TokenBatch(f32.tokens().cast(DType.F64), f32.cls().cast(DType.F64), 3, 2);
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        create(name, 6, 2).parameters().forEach((key, p) -> parameters.put(key, p.detach().cast(DType.F64).copy().parameter()));
        Probe probe = Probes.of(name, parameters, true, ProbeOptions.DEFAULTS);
        Tensor weight = Tensor.of(scalar, new double[] {1, -2, 0.5, 3}, 2, 2);
        Grad grad = Grad.of(probe.logits(batch).times(weight).sum());
        probe.parameters().forEach((key, p) -> {
            double[] gradient = grad.wrt(p).toDoubles();
            double[] start = p.toDoubles();
            for (int i = 0; i < start.length; i++) {
                double h = 1e-6;
                double up = shifted(probe, p, start, i, h, batch, weight);
                double down = shifted(probe, p, start, i, -h, batch, weight);
                assertThat(gradient[i]).as(key + "[" + i + "]").isCloseTo((up - down) / (2 * h), within(1e-6));
            }
            p.detach().assign(Tensor.of(scalar, start, p.shape().toArray()));
        });
    }

    private double shifted(Probe probe, Tensor p, double[] start, int i, double by, TokenBatch batch, Tensor weight) {
        double[] values = start.clone();
        values[i] += by;
        p.detach().assign(Tensor.of(scalar, values, p.shape().toArray()));
        return probe.logits(batch).times(weight).sum().item();
    }

    /** With entries of ±1 already, protobin and protofloat are the same function, and the sign passes gradients unchanged. */
    @Test
    void theSignIsTransparentToGradients() {
        TokenBatch batch = batch(3, 4, 2, 8);
        Map<String, Tensor> values = new LinkedHashMap<>();
        create("protobin", 8, 2).parameters().forEach((key, p) ->
                values.put(key, key.equals("prototype_vectors") ? p.detach().binarizeStraightThrough() : p.detach()));
        Probe binary = Probes.of("protobin", values, true, ProbeOptions.DEFAULTS);
        Probe real = Probes.of("protofloat", values, true, ProbeOptions.DEFAULTS);
        assertThat(binary.logits(batch).toFloats()).isEqualTo(real.logits(batch).toFloats());
        float[] g = Grad.of(binary.logits(batch).sum()).wrt(binary.parameters().get("prototype_vectors")).toFloats();
        assertThat(g).isEqualTo(Grad.of(real.logits(batch).sum()).wrt(real.parameters().get("prototype_vectors")).toFloats());
    }

    @Test
    void pooledClipsStandForThemselves() {
        TokenBatch batch = batch(3, 4, 2, 8);
        for (String name : Probes.names()) {
            Probe probe = create(name, 8, 2);
            assertThat(probe.poolsWithoutParameters()).as(name).isEqualTo(name.startsWith("linear"));
            if (probe.poolsWithoutParameters()) {
                Tensor d = probe.descriptor(batch);
                TokenBatch pooled = new TokenBatch(d.insert(1), d, 1, 1);
                assertThat(probe.logits(pooled).toFloats()).isEqualTo(probe.logits(batch).toFloats());
            }
        }
    }

    @Test
    void theSimilarityMapHoldsTheDescriptorAtItsMaximum() {
        Protobin probe = (Protobin) create("protobin", 8, 3, "prototypes=4");
        TokenBatch batch = batch(1, 5, 3, 8);
        TokenMap map = new TokenMap(5, 3, 8, batch.tokens().toFloats(), batch.cls().toFloats());
        Tensor similarities = probe.similarityMap(map);
        assertThat(similarities.shape().toArray()).containsExactly(12, 5, 3);
        float[] flat = similarities.toFloats();
        float[] scores = probe.match(batch).scores().toFloats();
        int[] winners = probe.match(batch).winners().toInts();
        for (int j = 0; j < 12; j++) {
            float[] own = Arrays.copyOfRange(flat, j * 15, (j + 1) * 15);
            float best = Float.NEGATIVE_INFINITY;
            for (float v : own) {
                best = Math.max(best, v);
            }
            assertThat(scores[j]).isCloseTo(best, within(1e-6f));
            assertThat(own[winners[j]]).isCloseTo(best, within(1e-6f));
        }
    }

    @Test
    void dropoutDropsItsShareInTrainingOnly() {
        Probe probe = create("protobin", 8, 2, "dropout=0.5", "prototypes=50");
        TokenBatch batch = batch(2, 3, 1, 8);
        float[] plain = probe.logits(batch).toFloats();
        float[] one = probe.trainingLogits(batch, new SplittableRandom(1)).toFloats();
        assertThat(one).isNotEqualTo(plain).isEqualTo(probe.trainingLogits(batch, new SplittableRandom(1)).toFloats())
                .isNotEqualTo(probe.trainingLogits(batch, new SplittableRandom(2)).toFloats());
        Probe topK = create("protobin", 8, 2, "topk=2");
        assertThat(topK.trainingLogits(batch, new SplittableRandom(1)).toFloats()).isNotEqualTo(topK.logits(batch).toFloats());
    }

    @Test
    void badInputIsNamed() {
        assertThatThrownBy(() -> create("protbin", 8, 2)).hasMessageContaining("'protbin' is not known").hasMessageContaining("protobin");
        assertThatThrownBy(() -> create("protobin", 8, 2, "head=3")).hasMessageContaining("no option 'head'").hasMessageContaining("prototypes");
        assertThatThrownBy(() -> create("protobin", 8, 2, "prototypes=0")).hasMessageContaining("from 1 to");
        assertThatThrownBy(() -> create("protobin", 8, 2, "dropout=1")).hasMessageContaining("to below 1");
        assertThatThrownBy(() -> create("linear", 0, 2)).hasMessageContaining("at least 1");
        assertThatThrownBy(() -> create("linear", 8, 2).logits(batch(1, 2, 1, 7))).hasMessageContaining("dim 7").hasMessageContaining("8");
        TokenBatch noCls = new TokenBatch(batch(1, 2, 1, 8).tokens(), null, 2, 1);
        assertThatThrownBy(() -> create("linear", 8, 2).logits(noCls)).hasMessageContaining("cls token");
        assertThat(Probes.create(scalar, "linear", 8, 2, false, ProbeOptions.DEFAULTS, 1).logits(noCls).toFloats()).hasSize(2);
        Map<String, Tensor> p = new LinkedHashMap<>(create("mhca", 8, 2).parameters());
        p.remove("k.weight");
        assertThatThrownBy(() -> Probes.of("mhca", p, true, ProbeOptions.DEFAULTS)).hasMessageContaining("k.weight is missing");
        assertThatThrownBy(() -> Probes.of("linear", create("mhca", 8, 2).parameters(), true, ProbeOptions.DEFAULTS))
                .hasMessageContaining("has no parameter cls_token");
        assertThatThrownBy(() -> new TokenBatch(Tensor.of(scalar, new float[6], 1, 3, 2), null, 2, 1)).hasMessageContaining("2 x 1");
    }
}
