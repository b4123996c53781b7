package org.unmute.probes.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.unmute.probes.pool.ProbeChecks.MapKind;
import org.unmute.probes.pool.standard.StandardProbes;
import org.unmute.tensor.DType;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;

class ProbesTest {
    private static final int LAYERS = 3;

    private final Backend scalar = Backends.open("scalar", 1).backend();

    private Probe create(String name, int dim, int classes, String... options) {
        return Probes.create(
                scalar, name, new TokenLayout(dim, 2, true, LAYERS), classes, ProbeOptions.parse(options), 7);
    }

    private Probe small(String name, int dim, int classes) {
        String options = ProbeChecks.of(name).small();
        return options.isEmpty() ? create(name, dim, classes) : create(name, dim, classes, options.split(" "));
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
        return layered(
                Tensor.of(scalar, tokens, clips, time * freq, dim), Tensor.of(scalar, cls, clips, dim), time, freq);
    }

    /** Different layers: each is the next one halved, with its first number changed. */
    private static TokenBatch layered(Tensor tokens, Tensor cls, int time, int freq) {
        Tensor[] layers = new Tensor[LAYERS];
        Tensor[] ofCls = new Tensor[LAYERS];
        for (int l = 0; l < LAYERS; l++) {
            Tensor shift = Tensor.of(tokens.backend(), new double[] {l, 0}, 2)
                    .cast(tokens.dtype())
                    .pad(0, 0, tokens.size(2) - 2, 0);
            layers[l] = tokens.times(Math.pow(0.5, LAYERS - 1 - l)).plus(shift);
            ofCls[l] = cls.minus(shift);
        }
        return new TokenBatch(
                tokens, cls, time, freq, new TokenBatch.Layers(Tensor.stack(0, layers), Tensor.stack(0, ofCls)));
    }

    @Test
    void freshPrototypesAreNormalWithDeviation002() {
        float[] p =
                create("protobin", 96, 10).parameters().get("prototype_vectors").toFloats();
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
    @MethodSource("org.unmute.probes.pool.ProbeChecks#probes")
    void theSeedDecidesEveryParameter(String name, String options) {
        Probe a = small(name, 12, 3);
        Probe b = small(name, 12, 3);
        Probe other =
                Probes.create(scalar, name, new TokenLayout(12, 2, true, LAYERS), 3, ProbeChecks.parse(options), 8);
        a.parameters().forEach((key, p) -> {
            assertThat(p.toFloats()).as(key).isEqualTo(b.parameters().get(key).toFloats());
            if (ProbeChecks.of(name).constants().contains(key)) {
                assertThat(p.toFloats())
                        .as(key)
                        .isEqualTo(other.parameters().get(key).toFloats());
            } else {
                assertThat(p.toFloats())
                        .as(key)
                        .isNotEqualTo(other.parameters().get(key).toFloats());
            }
            assertThat(p.requiresGradient()).isTrue();
        });
        assertThat(a.logits(batch(2, 3, 2, 12)).shape().toArray()).containsExactly(2, 3);
    }

    /**
     * Parameter counts for urban (10 classes) with 512 tokens of 768 values on a 64 x 8 grid, from the paper's table in
     * section 3.
     */
    @ParameterizedTest
    @CsvSource({
        "linear,7690",
        "linear-mean,7690",
        "linearc-clsmean,15370",
        "linearc-freqconcat,61450",
        "linpre,7690",
        "mhca,1188106",
        "ep,622090",
        "simpool,1188874",
        "abmilp,599051",
        "proto,153810",
        "protobin,155610",
        "protofloat,155610"
    })
    void sizesAreThePapers(String name, long count) {
        assertThat(Probes.create(scalar, name, new TokenLayout(768, 8, true), 10, ProbeOptions.DEFAULTS, 1)
                        .parameterCount())
                .isEqualTo(count);
    }

    /** The paper does not give these counts; they follow from the defaults chosen here. */
    @Test
    void sizesThatThePaperLeavesOpen() {
        TokenLayout layout = new TokenLayout(768, 8, true, 12);
        assertThat(Probes.create(scalar, "mlp", layout, 10, ProbeOptions.DEFAULTS, 1)
                        .parameterCount())
                .isEqualTo(768 * 768 + 768 + 7690);
        assertThat(Probes.create(scalar, "conv", layout, 10, ProbeOptions.DEFAULTS, 1)
                        .parameterCount())
                .isEqualTo(256 * 768 * 9 + 256 + 2570);
        assertThat(Probes.create(scalar, "abmilp-sa", layout, 10, ProbeOptions.DEFAULTS, 1)
                        .parameterCount())
                .isEqualTo(599_051 + 4 * 768 * 768 + 768);
        assertThat(create("proto", 16, 10, "connection=all").parameterCount()).isEqualTo(200 * 16 + 200 * 10 + 10);
    }

    /**
     * Follow-up paper, section 9: 23,490,539 on the 527 classes of AudioSet; tested here with a tenth of the 10,000
     * prototypes.
     */
    @Test
    void cgpHasTheFollowUpPapersSize() {
        Probe probe = Probes.create(
                scalar, "cgp", new TokenLayout(768, 8, true, 12), 527, ProbeOptions.parse("total=1000"), 1);
        assertThat(probe.parameterCount()).isEqualTo(1000 * 768 + 12 + 3000 * 527 + 527);
        assertThat(10_000 * 768 + 12 + 30_000 * 527 + 527).isEqualTo(23_490_539);
        assertThat(Probes.create(scalar, "cgp", new TokenLayout(2, 8, true, 1), 1, ProbeOptions.DEFAULTS, 1)
                        .parameterCount())
                .isEqualTo(20_000 + 1 + 30_001);
    }

    @Test
    void linearProbesOfAllLayersHaveTheSizesOfThePage() {
        TokenLayout layout = new TokenLayout(768, 8, true, 12);
        assertThat(Probes.create(scalar, "linear-layers", layout, 10, ProbeOptions.DEFAULTS, 1)
                        .parameterCount())
                .isEqualTo(9_238);
        Probe joined = Probes.create(scalar, "head2toe", layout, 10, ProbeOptions.DEFAULTS, 1);
        assertThat(joined.parameterCount()).isEqualTo(110_602);
        assertThat(joined.dim()).isEqualTo(768);
        assertThat(Probes.of("head2toe", joined.parameters(), true, joined.options())
                        .layers())
                .isEqualTo(12);
        assertThatThrownBy(() -> Probes.of("head2toe", joined.parameters(), true, ProbeOptions.parse("layers=5")))
                .hasMessageContaining("5 vectors of one length do not make the 9216 features");
    }

    @Test
    void headsAreTwelveOrTheLargestDivisorBelow() {
        assertThat(create("mhca", 768, 2).options().values().get("heads")).isEqualTo("12");
        assertThat(create("mhca", 64, 2).options().values().get("heads")).isEqualTo("8");
        assertThat(create("mhca", 7, 2).options().values().get("heads")).isEqualTo("7");
        assertThat(create("mhca", 13, 2).options().values().get("heads")).isEqualTo("1");
        assertThat(create("mhca", 64, 2, "heads=16").options().values().get("heads"))
                .isEqualTo("16");
        assertFails(() -> create("mhca", 64, 2, "heads=12"), "12 heads do not divide dim 64");
    }

    @Test
    void everyProbeHasChecks() {
        assertThat(Probes.names()).allSatisfy(ProbeChecks::of);
        assertThat(ProbeChecks.names())
                .as("ProbeChecks.ALL: one line a probe, none of a probe that does not exist")
                .containsExactlyInAnyOrderElementsOf(Probes.names());
    }

    @Test
    void twoProvidersOfOneNameAreRefused() {
        ProbeType linear = Probes.type("linear");
        ProbeProvider other = () -> List.of(new ProbeType("linear", List.of(), linear.fresh(), linear.restored()));
        assertThatThrownBy(() -> Probes.byName(List.of(other, new StandardProbes())))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("probe linear: provided by " + StandardProbes.class.getName() + " and by "
                        + other.getClass().getName());
    }

    @Test
    void ownProbesComeBeforeOthers() {
        ProbeType linear = Probes.type("linear");
        ProbeProvider other = () -> List.of(new ProbeType("aaa", List.of(), linear.fresh(), linear.restored()));
        List<String> all = new ArrayList<>(Probes.names());
        all.add("aaa");
        assertThat(Probes.byName(List.of(other, new StandardProbes())).keySet()).containsExactlyElementsOf(all);
        assertFails(() -> new ProbeType("My probe", List.of(), linear.fresh(), linear.restored()), "'My probe'");
    }

    /** An option is not a promise: one called k made every probe one of neighbours. */
    @Test
    void neighboursAreDeclaredNotGuessed() {
        ProbeType linear = Probes.type("linear");
        ProbeType topK = new ProbeType("top", List.of("k"), linear.fresh(), linear.restored());
        assertThat(topK.hasNeighbours()).isFalse();
        assertThat(Probes.type("knn").withLayers().withPrototypes().hasNeighbours())
                .isTrue();
        assertFails(linear::withNeighbours, "linear: has neighbours, but no option k");
        ProbeType knn = Probes.type("knn");
        for (ProbeType wrong : List.of(
                new ProbeType("linear", List.of("k"), linear.fresh(), linear.restored()).withNeighbours(),
                new ProbeType("knn", knn.options(), knn.fresh(), knn.restored()))) {
            assertThatThrownBy(() ->
                            Probes.create(wrong, scalar, new TokenLayout(4, 0, false), 2, ProbeOptions.DEFAULTS, 1))
                    .hasMessageContaining("withNeighbours() on the type is for probes that are Remembering");
        }
    }

    @Test
    void aParametersShapeIsCheckedAsItIsSaid() {
        Tensor vector = Tensor.of(scalar, new float[3], 3);
        ParameterMap map = new ParameterMap("linear", Map.of("b", vector));
        assertThat(map.take("b", 3).shape()).isEqualTo(Shape.of(3));
        assertThat(map.takeWithRank("b", 1).shape()).isEqualTo(Shape.of(3));
        assertFails(() -> map.take("b", 1), "parameter b must be [1], its shape is [3]");
        assertFails(() -> map.takeWithRank("b", 2), "must have 2 axes");
        assertFails(() -> map.take("w", 3), "w is missing");
    }

    /** With another cls token, logits are the same where a probe says so, and only there. */
    @ParameterizedTest
    @MethodSource("org.unmute.probes.pool.ProbeChecks#probesAndVariants")
    void aProbeSaysWhetherItReadsTheClsToken(String name, String options) {
        Probe probe =
                Probes.create(scalar, name, new TokenLayout(12, 2, true, LAYERS), 3, ProbeChecks.parse(options), 7);
        TokenBatch batch = batch(2, 3, 2, 12);
        TokenBatch.Layers layers = batch.layers();
        TokenBatch other = new TokenBatch(
                batch.tokens(),
                batch.cls().times(-2),
                3,
                2,
                new TokenBatch.Layers(layers.tokens(), layers.cls().times(-2)));
        float[] logits = probe.logits(batch).toFloats();
        if (!probe.readsCls()) {
            assertThat(probe.logits(other).toFloats()).isEqualTo(logits);
        } else if (probe.layers() == 0) {
            assertThat(probe.logits(other).toFloats()).isNotEqualTo(logits);
        }
    }

    /** Central differences in float64. */
    @ParameterizedTest
    @MethodSource("org.unmute.probes.pool.ProbeChecks#probesAndVariants")
    void gradientsAreThoseOfCentralDifferences(String name, String options) {
        ProbeChecks checks = ProbeChecks.of(name);
        assumeTrue(checks.noGradients().isEmpty(), () -> "probe " + name + ": " + checks.noGradients());
        TokenBatch f32 = batch(2, 3, 2, 6);
        TokenBatch batch = layered(f32.tokens().cast(DType.F64), f32.cls().cast(DType.F64), 3, 2);
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        Probe fresh =
                Probes.create(scalar, name, new TokenLayout(6, 2, true, LAYERS), 2, ProbeChecks.parse(options), 7);
        fresh.parameters()
                .forEach((key, p) ->
                        parameters.put(key, p.detach().cast(DType.F64).copy().parameter()));
        fresh.buffers().forEach((key, b) -> parameters.put(key, b.cast(DType.F64)));
        Probe probe = Probes.of(name, parameters, true, fresh.options());
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

    /**
     * If all entries are ±1 already, protobin and protofloat are the same function, and the sign passes gradients
     * unchanged.
     */
    @Test
    void theSignIsTransparentToGradients() {
        TokenBatch batch = batch(3, 4, 2, 8);
        Map<String, Tensor> values = new LinkedHashMap<>();
        create("protobin", 8, 2)
                .parameters()
                .forEach((key, p) -> values.put(
                        key, key.equals("prototype_vectors") ? p.detach().binarizeStraightThrough() : p.detach()));
        Probe binary = Probes.of("protobin", values, true, ProbeOptions.DEFAULTS);
        Probe real = Probes.of("protofloat", values, true, ProbeOptions.DEFAULTS);
        // Signs have their own matching kernel, which adds in another order: equal up to rounding, not bit-identical.
        assertThat(binary.logits(batch).toFloats())
                .containsExactly(real.logits(batch).toFloats(), within(1e-6f));
        float[] g = Grad.of(binary.logits(batch).sum())
                .wrt(binary.parameters().get("prototype_vectors"))
                .toFloats();
        assertThat(g)
                .isEqualTo(Grad.of(real.logits(batch).sum())
                        .wrt(real.parameters().get("prototype_vectors"))
                        .toFloats());
    }

    @ParameterizedTest
    @MethodSource("org.unmute.probes.pool.ProbeChecks#probes")
    void condensedClipsHaveTheSameLogits(String name, String options) {
        TokenBatch batch = batch(3, 4, 2, 8);
        Probe probe = small(name, 8, 2);
        int tokens = ProbeChecks.of(name).condensedTokens();
        assertThat(probe.condensed(batch).isPresent()).isEqualTo(tokens > 0);
        if (tokens > 0) {
            TokenBatch small = probe.condensed(batch).orElseThrow();
            assertThat(small.tokens().size(1)).isEqualTo(tokens);
            assertThat(probe.logits(small).toFloats())
                    .isEqualTo(probe.logits(batch).toFloats());
        }
        Probe mean = create("linpre", 8, 2, "pool=mean");
        assertThat(mean.logits(mean.condensed(batch).orElseThrow()).toFloats())
                .containsExactly(mean.logits(batch).toFloats(), within(1e-6f));
    }

    /** The maximum of the cosines equals the descriptor; attention weights sum to 1. */
    @ParameterizedTest
    @MethodSource("org.unmute.probes.pool.ProbeChecks#probes")
    void mapsAreWhatTheDescriptorRestsOn(String name, String options) {
        Probe probe = small(name, 8, 3);
        TokenBatch batch = batch(2, 5, 2, 8);
        MapKind kind = ProbeChecks.of(name).map();
        if (kind == MapKind.NONE) {
            assertThat(probe.similarityMap(batch)).isEmpty();
            return;
        }
        Tensor map = probe.similarityMap(batch).orElseThrow();
        assertThat(map.rank()).isEqualTo(4);
        assertThat(map.shape().tail(2)).isEqualTo(Shape.of(5, 2));
        assertThat(map.origin()).isNull();
        Tensor flat = map.reshape(2, map.size(1), 10);
        Tensor descriptor = probe.descriptor(batch);
        if (kind == MapKind.EXTREMES) {
            Tensor own = descriptor.reshape(2, map.size(1), 3);
            assertThat(flat.max(2).values().toFloats())
                    .containsExactly(own.select(2, 2).toFloats(), within(1e-6f));
            assertThat(flat.min(2).values().toFloats())
                    .containsExactly(own.select(2, 0).toFloats(), within(1e-6f));
        } else if (kind == MapKind.MAXIMUM) {
            assertThat(flat.max(2).values().toFloats()).containsExactly(descriptor.toFloats(), within(1e-6f));
        } else {
            float[] ones = new float[Math.toIntExact(2 * map.size(1))];
            Arrays.fill(ones, 1);
            assertThat(flat.sum(2).toFloats()).containsExactly(ones, within(1e-6f));
        }
    }

    @Test
    void frameLogitsOfOneRowAreThoseOfTheClip() {
        TokenBatch batch = batch(2, 1, 4, 8);
        for (String name : List.of("protobin", "protofloat")) {
            FrameWise probe = (FrameWise) create(name, 8, 3);
            assertThat(probe.frameLogits(batch).toFloats())
                    .isEqualTo(probe.logits(batch).toFloats());
        }
        FrameWise cgp = (FrameWise) create("cgp", 8, 3, "total=5", "middle=mean");
        assertThat(cgp.frameLogits(batch).toFloats())
                .containsExactly(cgp.logits(batch).toFloats(), within(1e-6f));
    }

    /** Training uses the statistics of the batch and updates the running ones, which scoring uses. */
    @ParameterizedTest
    @CsvSource({
        "ep,norm=batch",
        "simpool,norm=batch",
        "abmilp,norm=batch",
        "abmilp-sa,norm=batch",
        "mhca,token-norm=batch"
    })
    void batchNormalisationLearnsItsFigures(String name, String option) {
        TokenBatch batch = batch(6, 3, 2, 8);
        Probe probe = create(name, 8, 2, option);
        Probe plain = create(name, 8, 2);
        assertThat(probe.parameters().keySet()).isEqualTo(plain.parameters().keySet());
        assertThat(probe.logits(batch).toFloats())
                .containsExactly(plain.logits(batch).toFloats(), within(1e-4f));
        Tensor logits = null;
        for (int i = 0; i < 200; i++) {
            logits = probe.trainingLogits(List.of(batch), new SplittableRandom(0));
        }
        // the running variance is unbiased: 6/5 of the biased one for 6 descriptors, 36/35 for 36 tokens
        double growth = name.equals("mhca") ? 36.0 / 35 : 6.0 / 5;
        assertThat(probe.buffers()).hasSize(2);
        if (!name.equals("mhca")) {
            float[] trained = probe.trainingDescriptor(List.of(batch), new SplittableRandom(0))
                    .toFloats();
            float[] scored = probe.descriptor(batch).toFloats();
            for (int i = 0; i < scored.length; i++) {
                assertThat(scored[i] * Math.sqrt(growth)).isCloseTo(trained[i], within(2e-3));
            }
        } else {
            assertThat(probe.logits(batch).toFloats()).containsExactly(logits.toFloats(), within(0.05f));
        }
        TokenBatch one = batch(1, 1, 1, 8);
        assertFails(() -> probe.trainingLogits(List.of(one), new SplittableRandom(0)), "at least 2 clips");
    }

    @Test
    void protoStartsAsThePredecessor() {
        Probe probe = create("proto", 16, 3, "prototypes=50");
        float[] p = probe.parameters().get("prototype_vectors").toFloats();
        for (float x : p) {
            assertThat(x).isBetween(0f, 1f);
        }
        assertThat(moment(p, 1)).isCloseTo(0.5, within(0.03));
        assertThat(probe.parameters().get("last_layer.weight").toFloats())
                .hasSize(150)
                .containsOnly(1);
        assertThat(probe.parameters().get("last_layer.bias").toFloats()).containsOnly(-2);
        float[] dense = create("proto", 4, 2, "prototypes=2", "connection=all", "others=0.25")
                .parameters()
                .get("last_layer.weight")
                .toFloats();
        assertThat(dense).containsExactly(1, 1, 0.25f, 0.25f, 0.25f, 0.25f, 1, 1);
        assertThat(create("proto", 16, 3, "orthogonality=0").regularization()).isEmpty();
        assertThat(create("proto", 16, 3, "orthogonality=2")
                        .regularization()
                        .orElseThrow()
                        .item())
                .isCloseTo(
                        2
                                * create("proto", 16, 3)
                                        .regularization()
                                        .orElseThrow()
                                        .item(),
                        within(1e-6));
        assertThat(create("proto", 16, 3, "preset=birdmae").options().values())
                .containsEntry("focal", "true")
                .containsEntry("upsample", "2")
                .containsEntry("grid", "reshaped");
        assertThat(create("proto", 16, 3, "preset=birdmae", "focal=false")
                        .options()
                        .values())
                .containsEntry("focal", "false");
        assertThat(create("protobin", 16, 3).regularization()).isEmpty();
    }

    /**
     * The scores of a clip do not depend on the other clips in its batch, except with the minimum over the batch as in
     * the public code.
     */
    @Test
    void clipsOfABatchDoNotTouchEachOther() {
        TokenBatch batch = batch(3, 3, 2, 8);
        TokenBatch first = new TokenBatch(
                batch.tokens().slice(0, 0, 1),
                batch.cls().slice(0, 0, 1),
                3,
                2,
                new TokenBatch.Layers(
                        batch.layers().tokens().slice(1, 0, 1),
                        batch.layers().cls().slice(1, 0, 1)));
        for (String name : Probes.names()) {
            Probe probe = small(name, 8, 2);
            assertThat(probe.logits(first).toFloats())
                    .as(name)
                    .containsExactly(Arrays.copyOf(probe.logits(batch).toFloats(), 2), within(1e-5f));
        }
        Probe clip = create("simpool", 8, 2, "gamma=2");
        assertThat(clip.logits(first).toFloats())
                .containsExactly(Arrays.copyOf(clip.logits(batch).toFloats(), 2), within(1e-5f));
        Probe whole = create("simpool", 8, 2, "gamma=2", "minimum=batch");
        float[] alone = whole.logits(first).toFloats();
        assertThat(Math.abs(alone[0] - whole.logits(batch).toFloats()[0])).isGreaterThan(1e-4f);
    }

    @Test
    void dropoutDropsItsShareInTrainingOnly() {
        Probe probe = create("protobin", 8, 2, "dropout=0.5", "prototypes=50");
        TokenBatch batch = batch(2, 3, 1, 8);
        float[] plain = probe.logits(batch).toFloats();
        float[] one =
                probe.trainingLogits(List.of(batch), new SplittableRandom(1)).toFloats();
        assertThat(one)
                .isNotEqualTo(plain)
                .isEqualTo(probe.trainingLogits(List.of(batch), new SplittableRandom(1))
                        .toFloats())
                .isNotEqualTo(probe.trainingLogits(List.of(batch), new SplittableRandom(2))
                        .toFloats());
        Probe topK = create("protobin", 8, 2, "topk=2");
        assertThat(topK.trainingLogits(List.of(batch), new SplittableRandom(1)).toFloats())
                .isNotEqualTo(topK.logits(batch).toFloats());
    }

    @Test
    void badInputIsNamed() {
        assertThatThrownBy(() -> create("protbin", 8, 2))
                .hasMessageContainingAll("'protbin' is not known", "UNMUTE_CLASSPATH names the jar", "protobin");
        assertFails(() -> create("protobin", 8, 2, "head=3"), "no option 'head'", "prototypes");
        assertFails(() -> create("protobin", 8, 2, "prototypes=0"), "from 1 to");
        assertFails(() -> create("protobin", 8, 2, "dropout=1"), "to below 1");
        assertFails(() -> create("linear", 0, 2), "at least 1");
        assertFails(() -> create("linear", 8, 2).logits(batch(1, 2, 1, 7)), "dim 7", "8");
        TokenBatch noCls = new TokenBatch(batch(1, 2, 1, 8).tokens(), null, 2, 1);
        assertFails(() -> create("linear", 8, 2).logits(noCls), "cls token");
        assertThat(Probes.create(scalar, "linear", 8, 2, false, ProbeOptions.DEFAULTS, 1)
                        .logits(noCls)
                        .toFloats())
                .hasSize(2);
        Map<String, Tensor> p = new LinkedHashMap<>(create("mhca", 8, 2).parameters());
        p.remove("k.weight");
        assertFails(() -> Probes.of("mhca", p, true, ProbeOptions.DEFAULTS), "k.weight is missing");
        assertThatThrownBy(() -> Probes.of("linear", create("mhca", 8, 2).parameters(), true, ProbeOptions.DEFAULTS))
                .hasMessageContaining("has no parameter cls_token");
        assertFails(() -> create("mlp", 8, 2, "activation=tanh"), "one of gelu, relu");
        assertFails(() -> create("conv", 8, 2, "kernel=2"), "odd");
        assertFails(() -> create("ep", 8, 2, "queries=3"), "3 queries do not divide dim 8");
        assertThatThrownBy(
                        () -> Probes.of("mlp", create("mlp", 8, 2).parameters(), true, ProbeOptions.parse("hidden=9")))
                .hasMessageContainingAll("hidden", "say 8");
        for (String name : List.of("linearc-clsmean", "proto")) {
            ProbeOptions needsCls = name.equals("proto") ? ProbeOptions.parse("focal=true") : ProbeOptions.DEFAULTS;
            assertFails(() -> Probes.create(scalar, name, 8, 2, false, needsCls, 1), "no cls token");
        }
        assertThatThrownBy(() -> Probes.create(scalar, "linearc-freqconcat", 8, 2, true, ProbeOptions.DEFAULTS, 1))
                .hasMessageContaining("option freq");
        assertFails(() -> create("linearc-freqconcat", 8, 2).logits(batch(1, 2, 3, 8)), "3 columns");
        assertFails(
                () -> Probes.create(scalar, "cgp", 8, 2, true, ProbeOptions.DEFAULTS, 1), "all layers", "last only");
        assertFails(() -> create("cgp", 8, 2, "total=2").logits(noCls), "3 layers");
        for (String name : List.of("linear-layers", "head2toe")) {
            assertThatThrownBy(() -> Probes.create(scalar, name, 8, 2, true, ProbeOptions.DEFAULTS, 1))
                    .hasMessageContaining("probe " + name + ": it pools the tokens of all layers")
                    .hasMessageContaining("last only");
            assertFails(() -> create(name, 8, 2).logits(noCls), "3 layers");
            assertFails(() -> create(name, 8, 2, "rows=true", "input=cls"), "use input=mean");
        }
        assertFails(() -> new TokenBatch.Layers(Tensor.of(scalar, new float[6], 1, 3, 2), null), "[layers,");
        assertFails(() -> new TokenBatch(Tensor.of(scalar, new float[6], 1, 3, 2), null, 2, 1), "2 x 1");
    }
}
