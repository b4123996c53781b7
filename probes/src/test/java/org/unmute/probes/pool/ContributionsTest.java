package org.unmute.probes.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.pool.Contributions.Kind;
import org.unmute.probes.pool.Contributions.Part;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;

/** That every probe takes its logits apart, and that the parts are what they say. */
class ContributionsTest {
    private static final int LAYERS = 3;
    private static final int TIME = 5;
    private static final int FREQ = 2;
    private static final int DIM = 12;
    private static final int CLASSES = 4;

    private final Backend scalar = Backends.open("scalar", 1).backend();
    private final SplittableRandom random = new SplittableRandom(11);

    /** With parameters far from their fresh values, buffers included: weights of proto, for one, start all alike. */
    private Probe probe(String name, String options, boolean cls) {
        Probe fresh = Probes.create(
                scalar, name, new TokenLayout(DIM, FREQ, cls, LAYERS), CLASSES, ProbeChecks.parse(options), 7);
        Map<String, Tensor> values = new LinkedHashMap<>();
        Stream.of(fresh.parameters(), fresh.buffers())
                .forEach(map -> map.forEach((key, t) -> {
                    float[] v = t.toFloats();
                    for (int i = 0; i < v.length; i++) {
                        v[i] += key.endsWith("running_var")
                                ? (float) random.nextDouble()
                                : (float) (0.5 * random.nextGaussian());
                    }
                    values.put(key, Tensor.of(scalar, v, t.shape().toArray()));
                }));
        return Probes.of(name, values, cls, fresh.options());
    }

    private static boolean needsCls(String options) {
        return options.contains("birdmae") || options.contains("focal=true");
    }

    private Tensor normal(long... shape) {
        float[] v = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < v.length; i++) {
            v[i] = (float) random.nextGaussian();
        }
        return Tensor.of(scalar, v, shape);
    }

    private TokenBatch clip(boolean cls) {
        return TokenBatch.of(
                new TokenBatch.Layers(normal(LAYERS, 1, TIME * FREQ, DIM), cls ? normal(LAYERS, 1, DIM) : null),
                TIME,
                FREQ);
    }

    @ParameterizedTest
    @MethodSource("org.unmute.probes.pool.ProbeChecks#probesAndVariants")
    void partsAndBiasSumToTheLogit(String name, String options) {
        assumeTrue(ProbeChecks.isDecomposed(name), "a share of clips is no sum");
        for (boolean cls : new boolean[] {true, false}) {
            if (!cls && (ProbeChecks.of(name).needsCls() || needsCls(options))) {
                continue;
            }
            Probe probe = probe(name, options, cls);
            TokenBatch clip = clip(cls);
            double[] logits = probe.logits(clip).toDoubles();
            for (int c = 0; c < CLASSES; c++) {
                Contributions all = probe.contributions(clip, c).orElseThrow();
                assertThat(all.sum()).as("class " + c).isCloseTo(logits[c], within(1e-5));
                assertThat(all.parts()).isNotEmpty();
                for (Part p : all.parts()) {
                    assertThat(p.token()).isBetween(-1, TIME * FREQ - 1);
                    if (!Double.isNaN(p.value())) {
                        assertThat(p.contribution()).isEqualTo(p.value() * p.weight());
                    }
                }
                assertThat(all.parts().stream().map(Part::name)).doesNotHaveDuplicates();
            }
        }
    }

    /** The map of a chosen prototype has its similarity, at its token and nowhere more. */
    @ParameterizedTest
    @MethodSource("org.unmute.probes.pool.ProbeChecks#probesAndVariants")
    void winnersAreTheMaximaOfTheMaps(String name, String options) {
        assumeTrue(ProbeChecks.isDecomposed(name), "a share of clips is no sum");
        Probe probe = probe(name, options, true);
        TokenBatch clip = clip(true);
        Contributions all = probe.contributions(clip, 2).orElseThrow();
        if (all.kind() != Kind.PROTOTYPES) {
            return;
        }
        int[] which = all.parts().stream().mapToInt(Part::index).toArray();
        Tensor map = probe.similarityMap(clip, which).orElseThrow();
        assertThat(map.shape().toArray()).containsExactly(which.length, TIME, FREQ);
        float[] values = map.toFloats();
        for (int i = 0; i < which.length; i++) {
            Part p = all.parts().get(i);
            float[] own = Arrays.copyOfRange(values, i * TIME * FREQ, (i + 1) * TIME * FREQ);
            if (p.token() >= 0) {
                assertThat((double) own[p.token()]).as(p.name()).isCloseTo(p.value(), within(1e-6));
                // A probe of rows looks at one row.
                boolean rows = options.contains("rows=true");
                int from = rows ? p.token() / FREQ * FREQ : 0;
                double[] others = IntStream.range(from, rows ? from + FREQ : own.length)
                        .mapToDouble(n -> own[n])
                        .sorted()
                        .toArray();
                assertThat(p.value())
                        .as(p.name())
                        .isCloseTo(p.name().endsWith("minimum") ? others[0] : others[others.length - 1], within(1e-6));
            }
        }
    }

    @Test
    void chosenMapsAreThoseOfAllPrototypes() {
        for (String name : List.of("protobin", "protofloat", "proto", "cgp", "mhca", "linpre")) {
            Probe probe = probe(name, ProbeChecks.of(name).small(), true);
            TokenBatch clip = clip(true);
            Tensor all = probe.similarityMap(clip).orElseThrow().select(0, 0);
            float[] some =
                    probe.similarityMap(clip, new int[] {2, 0}).orElseThrow().toFloats();
            assertThat(some)
                    .as(name)
                    .containsExactly(
                            Tensor.stack(0, all.select(0, 2), all.select(0, 0)).toFloats(), within(1e-6f));
        }
        assertThat(probe("linear", "", true).similarityMap(clip(true), new int[] {0}))
                .isEmpty();
    }

    /** What a token adds is what the logit loses where that token says nothing for the class. */
    @Test
    void tokensOfAMeanAddWhatTheLogitLosesWithoutThem() {
        for (String name : List.of("linear-mean", "linearc-freqconcat", "linearc-clsmean")) {
            Probe probe = probe(name, "", true);
            TokenBatch clip = clip(true);
            Contributions all = probe.contributions(clip, 1).orElseThrow();
            assertThat(all.kind()).isEqualTo(Kind.TOKENS);
            for (int n = 0; n < TIME * FREQ; n++) {
                float[] without = clip.tokens().toFloats();
                Arrays.fill(without, n * DIM, (n + 1) * DIM, 0);
                TokenBatch less =
                        new TokenBatch(Tensor.of(scalar, without, 1, TIME * FREQ, DIM), clip.cls(), TIME, FREQ);
                double lost =
                        probe.logits(clip).toFloats()[1] - probe.logits(less).toFloats()[1];
                assertThat(all.parts().get(n).contribution())
                        .as(name + " token " + n)
                        .isCloseTo(lost, within(1e-5));
                assertThat(all.parts().get(n).token()).isEqualTo(n);
            }
        }
    }

    @Test
    void aMaximumRestsOnOneToken() {
        Probe probe = probe("linpre", "", false);
        TokenBatch clip = clip(false);
        for (int c = 0; c < CLASSES; c++) {
            Contributions all = probe.contributions(clip, c).orElseThrow();
            assertThat(all.parts()).hasSize(1);
            Tensor logits = probe.similarityMap(clip).orElseThrow().reshape(CLASSES, TIME * FREQ);
            assertThat(all.parts().getFirst().token())
                    .isEqualTo(logits.max(1).indices().toInts()[c]);
        }
    }

    @Test
    void extremesAreOfTokensOfUnitLength() {
        for (String name : List.of("protobin", "protofloat")) {
            Probe probe = probe(name, "prototypes=2 extremes=true", false);
            TokenBatch clip = clip(false);
            double[] unit = clip.tokens().l2Normalize(-1).toDoubles();
            float[] descriptor = probe.descriptor(clip).toFloats();
            List<Part> parts = probe.contributions(clip, 1).orElseThrow().parts();
            Tensor maps = probe.similarityMap(clip).orElseThrow();
            int own = 2 * CLASSES;
            assertThat(parts).as(name).hasSize(own + 2 * DIM).hasSameSizeAs(descriptor);
            for (int i = own; i < parts.size(); i++) {
                int c = (i - own) % DIM;
                int sign = i < own + DIM ? 1 : -1;
                int best = 0;
                for (int n = 1; n < TIME * FREQ; n++) {
                    best = sign * unit[n * DIM + c] > sign * unit[best * DIM + c] ? n : best;
                }
                assertThat(parts.get(i).name()).isEqualTo("channel " + c + (sign > 0 ? " high" : " low"));
                assertThat(parts.get(i).token()).isEqualTo(best);
                assertThat(descriptor[i]).isCloseTo((float) (sign * unit[best * DIM + c]), within(1e-6f));
                assertThat(maps.select(0, 0).select(0, i).amax(0, 1).toDoubles()[0])
                        .isCloseTo(descriptor[i], within(1e-6));
            }
        }
    }

    @Test
    void protoShowsItsOwnPrototypesAndNoOthers() {
        Contributions own = probe("proto", "prototypes=3", true)
                .contributions(clip(true), 2)
                .orElseThrow();
        assertThat(own.parts().stream().map(Part::index)).containsExactly(6, 7, 8);
        Contributions all = probe("proto", "prototypes=3 connection=all", true)
                .contributions(clip(true), 2)
                .orElseThrow();
        assertThat(all.parts()).hasSize(12).allMatch(p -> p.weight() >= 0 && p.value() >= 0);
    }

    @Test
    void probesThatDoNotTakeScoresApartByTokensSaySo() {
        for (String[] one : new String[][] {{"mlp", ""}, {"mlp", "input=mean"}, {"simpool", "gamma=2"}}) {
            Contributions all =
                    probe(one[0], one[1], true).contributions(clip(true), 0).orElseThrow();
            assertThat(all.kind()).isEqualTo(Kind.FEATURES);
            assertThat(all.remark()).contains("does not decompose over tokens");
        }
        assertThat(probe("linear", "", true)
                        .contributions(clip(true), 0)
                        .orElseThrow()
                        .remark())
                .contains("cls token only");
    }

    @Test
    void strongestComeFirstWhateverTheirSign() {
        Contributions all = Contributions.ofTokens("", new double[] {1, -5, 3, -3}, new double[] {1, 1, 1, 1}, -0.5);
        assertThat(all.strongest(3).stream().map(Part::token)).containsExactly(1, 2, 3);
        assertThat(all.strongest(9)).hasSize(4);
        assertThat(all.sum()).isEqualTo(-4.5);
        assertThat(all.magnitude()).isEqualTo(12.5);
    }

    @Test
    void packedPrototypesTellTheSame() {
        TrainedProbe trained = new TrainedProbe(
                probe("protobin", "prototypes=3", false),
                List.of("a", "b", "c", "d"),
                false,
                false,
                new Standardization(floats(DIM, 0.25f), floats(DIM, 1.5f), null, null),
                "e",
                "f");
        PackedProtobin packed = PackedProtobin.pack(trained);
        TokenMap map = new TokenMap(TIME, FREQ, DIM, normal(TIME * FREQ, DIM).toFloats(), null);
        TokenBatch batch = trained.batch(new org.unmute.models.encoder.Features(map, List.of(), null));
        double[] logits = packed.logits(map);
        assertThat(logits).containsExactly(trained.probe().logits(batch).toDoubles(), within(1e-6));
        for (int c = 0; c < CLASSES; c++) {
            Contributions of = packed.contributions(map, c);
            Contributions expected = trained.probe().contributions(batch, c).orElseThrow();
            assertThat(of.sum()).isCloseTo(logits[c], within(1e-12));
            for (int j = 0; j < of.parts().size(); j++) {
                assertThat(of.parts().get(j).token())
                        .isEqualTo(expected.parts().get(j).token());
                assertThat(of.parts().get(j).weight())
                        .isEqualTo(expected.parts().get(j).weight());
                assertThat(of.parts().get(j).value())
                        .isCloseTo(expected.parts().get(j).value(), within(1e-6));
            }
        }
        float[] expected = trained.probe()
                .similarityMap(batch, new int[] {4, 1})
                .orElseThrow()
                .toFloats();
        double[][] maps = packed.similarityMap(map, new int[] {4, 1});
        for (int i = 0; i < expected.length; i++) {
            assertThat(maps[i / (TIME * FREQ)][i % (TIME * FREQ)]).isCloseTo(expected[i], within(1e-6));
        }
        assertThatThrownBy(() -> packed.contributions(map, 4)).hasMessageContaining("no class 4");
    }

    private static float[] floats(int length, float value) {
        float[] all = new float[length];
        Arrays.fill(all, value);
        return all;
    }

    @Test
    void wrongCallsAreRefused() {
        Probe probe = probe("protobin", "", true);
        TokenBatch two = new TokenBatch(normal(2, 4, DIM), normal(2, DIM), 2, 2);
        assertThatThrownBy(() -> probe.contributions(two, 0)).hasMessageContainingAll("one clip", "2");
        assertThatThrownBy(() -> probe.similarityMap(two, new int[] {0})).hasMessageContaining("one clip");
        assertThatThrownBy(() -> probe.contributions(clip(true), CLASSES)).hasMessageContaining("no class 4");
        TokenBatch other = new TokenBatch(normal(1, 4, 5), normal(1, 5), 2, 2);
        assertThatThrownBy(() -> probe.contributions(other, 0)).hasMessageContaining("dim 5");
    }
}
