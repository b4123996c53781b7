package org.unmute.probes.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.optim.Lbfgs;

/**
 * Losses and probabilities are those of scikit-learn 1.4.2's {@code LogisticRegression(C=C, tol=1e-10)} on the same
 * numbers, standardized, one a class, and of its multinomial form.
 */
class LinearFitTest {
    private static final int CLIPS = 60;
    private static final int DIM = 7;
    private static final int CLASSES = 4;

    private static float value(int i, int f) {
        return (float) (Math.sin(0.37 * (i + 1) * (f + 1) + 0.1 * i * i) * (1 + f) + 0.5 * f);
    }

    /** Clips of one token, or of two tokens with this mean. */
    private static List<TokenMap> maps(int tokens) {
        List<TokenMap> maps = new ArrayList<>();
        for (int i = 0; i < CLIPS; i++) {
            float[] values = new float[tokens * DIM];
            for (int t = 0; t < tokens; t++) {
                for (int f = 0; f < DIM; f++) {
                    values[t * DIM + f] = value(i, f) + (t - (tokens - 1) / 2f);
                }
            }
            maps.add(new TokenMap(tokens, 1, DIM, values, null));
        }
        return maps;
    }

    private static float[] severalClasses() {
        float[] y = new float[CLIPS * CLASSES];
        for (int i = 0; i < CLIPS; i++) {
            for (int c = 0; c < CLASSES; c++) {
                double s = Math.sin(0.9 * (i + 1) * (c + 1))
                        + 0.6 * Math.sin(0.37 * (i + 1) * (c + 1) + 0.1 * (double) i * i);
                y[i * CLASSES + c] = s > 0.35 ? 1 : 0;
            }
        }
        return y;
    }

    private static float[] oneClass() {
        float[] y = new float[CLIPS * CLASSES];
        for (int i = 0; i < CLIPS; i++) {
            y[i * CLASSES + (i * 7 + (value(i, 0) > 0 ? 1 : 0)) % CLASSES] = 1;
        }
        return y;
    }

    private static Probe probe(String name, ProbeOptions options) {
        return Probes.create(name, DIM, CLASSES, false, options, 1);
    }

    private static TrainingSettings settings(Objective objective) {
        return TrainingSettings.paper("linear").withObjective(objective);
    }

    private static LinearFit fit(Probe probe, TokenSet set, Objective objective) throws IOException {
        return LinearFit.of(probe, set, settings(objective)).orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({"0.1, 2.4910222145414007", "1, 2.3366483270292786", "10, 2.3029497744606857"})
    void equalsScikitLearnForSeveralClassesAClip(double strength, double expected) throws IOException {
        Probe probe = probe("linear-mean", ProbeOptions.DEFAULTS);
        Lbfgs.Result result = fit(probe, TokenSet.of(maps(1), severalClasses(), CLASSES), Objective.BCE)
                .fit(strength);
        assertThat(result.loss()).isCloseTo(expected, within(1e-5));
        if (strength == 1) {
            double[] logits = logits(probe, 1);
            double[] probabilities = IntStream.range(0, 3)
                    .mapToDouble(i -> 1 / (1 + Math.exp(-logits[i * CLASSES])))
                    .toArray();
            assertThat(probabilities).containsExactly(new double[] {0.4820884, 0.30675171, 0.72838094}, within(2e-4));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0.1, 1.2475287917497986, 0.3284492, 0.53500108, 0.04200925, 0.09454047",
        "1, 1.1512995398725345, 0.32527191, 0.66001974, 0.00295009, 0.01175826"
    })
    void equalsScikitLearnForOneClassAClip(double strength, double expected, double a, double b, double c, double d)
            throws IOException {
        Probe probe = probe("linpre", ProbeOptions.parse("pool=mean"));
        Lbfgs.Result result = fit(probe, TokenSet.of(maps(2), oneClass(), CLASSES), Objective.CE)
                .fit(strength);
        assertThat(result.loss()).isCloseTo(expected, within(1e-5));
        double[] e = IntStream.range(0, CLASSES)
                .mapToDouble(i -> Math.exp(logits(probe, 2)[i]))
                .toArray();
        double sum = IntStream.range(0, CLASSES).mapToDouble(i -> e[i]).sum();
        for (int i = 0; i < CLASSES; i++) {
            assertThat(e[i] / sum).isCloseTo(new double[] {a, b, c, d}[i], within(5e-4));
        }
    }

    private static double[] logits(Probe probe, int tokens) {
        return probe.logits(TokenBatch.of(Backends.current(), maps(tokens))).toDoubles();
    }

    /** Its clips are as if they were not there for the class whose target is not known, and still there for others. */
    @Test
    void targetsThatAreNotKnownHaveNoPart() throws IOException {
        float[] all = severalClasses();
        for (int i = 40; i < CLIPS; i++) {
            all[i * CLASSES + 2] = Float.NaN;
        }
        Probe some = probe("linear-mean", ProbeOptions.DEFAULTS);
        fit(some, TokenSet.of(maps(1), all, CLASSES), Objective.BCE).fit(0.5);
        Probe known = probe("linear-mean", ProbeOptions.DEFAULTS);
        fit(known, TokenSet.of(maps(1), severalClasses(), CLASSES), Objective.BCE)
                .fit(0.5);
        double[] logits = logits(some, 1);
        double[] others = logits(known, 1);
        assertThat(logits[0]).isCloseTo(others[0], within(1e-3));
        assertThat(Math.abs(logits[2] - others[2])).isGreaterThan(0.01);
    }

    @Test
    void choosesAStrengthByTheClipsLeftOut() throws IOException {
        int[] folds = IntStream.range(0, CLIPS).map(i -> i / 12).toArray();
        Probe probe = probe("linear-mean", ProbeOptions.DEFAULTS);
        LinearFit fit = fit(probe, TokenSet.of(maps(1), severalClasses(), CLASSES), Objective.BCE);
        int[] done = {0};
        LinearFit.Fitted fitted = fit.fit(folds, () -> done[0]++);
        assertThat(done[0]).isEqualTo(fit.minimizations(folds)).isEqualTo(5 * LinearFit.PATH.length + 1);
        assertThat(fitted.leftOut()).hasSize(LinearFit.PATH.length);
        double least = fitted.leftOut().values().stream()
                .mapToDouble(loss -> loss)
                .min()
                .orElseThrow();
        assertThat(fitted.leftOut().get(fitted.strength())).isEqualTo(least);
        float[] weight = probe.parameters().get("fc.weight").toFloats();
        assertThat(fit.fit(fitted.strength())).isEqualTo(fitted.minimum());
        assertThat(probe.parameters().get("fc.weight").toFloats()).containsExactly(weight);
        assertThat(fit.fit(new int[CLIPS], () -> {}).leftOut()).isEmpty();
        assertThatThrownBy(() -> fit.fit(new int[CLIPS - 1], () -> {})).hasMessageContaining("a fold each");
    }

    /** The penalty that is chosen scores left-out clips better than the strongest and the weakest one. */
    @Test
    void theLossOfLeftOutClipsIsThatOfClipsThatWereNotSeen() throws IOException {
        float[] targets = severalClasses();
        LinearFit all =
                fit(probe("linear-mean", ProbeOptions.DEFAULTS), TokenSet.of(maps(1), targets, CLASSES), Objective.BCE);
        // Two halves: each loss is the mean of those of the half that the other half's layer has not seen.
        int[] folds = IntStream.range(0, CLIPS).map(i -> i % 2).toArray();
        double told = all.fit(folds, () -> {}).leftOut().get(1.0);
        double sum = 0;
        for (int half = 0; half < 2; half++) {
            int own = half;
            int[] seen = IntStream.range(0, CLIPS).filter(i -> i % 2 != own).toArray();
            TokenSet set = TokenSet.of(maps(1), targets, CLASSES).subset(seen);
            Probe probe = probe("linear-mean", ProbeOptions.DEFAULTS);
            fit(probe, set, Objective.BCE).fit(1);
            double[] logits = logits(probe, 1);
            for (int i = half; i < CLIPS; i += 2) {
                for (int c = 0; c < CLASSES; c++) {
                    double logit = logits[i * CLASSES + c];
                    sum += Math.log1p(Math.exp(targets[i * CLASSES + c] == 1 ? -logit : logit)) / CLIPS;
                }
            }
        }
        // Here the halves are standardized by themselves, there all clips are.
        assertThat(told).isCloseTo(sum, within(0.05));
    }

    @Test
    void isForConvexLossesOnly() throws IOException {
        TokenSet set = TokenSet.of(maps(1), severalClasses(), CLASSES);
        Probe mean = probe("linear-mean", ProbeOptions.DEFAULTS);
        assertThat(LinearFit.of(mean, set, settings(Objective.ASL))).isEmpty();
        assertThat(LinearFit.of(mean, set, settings(Objective.BCE).withStretch(1)))
                .isEmpty();
        for (Probe other : List.of(
                probe("mlp", ProbeOptions.DEFAULTS),
                probe("linpre", ProbeOptions.DEFAULTS),
                probe("linear-mean", ProbeOptions.parse("norm=layer")),
                probe("linear-mean", ProbeOptions.parse("rows=true")),
                probe("protobin", ProbeOptions.DEFAULTS))) {
            assertThat(LinearFit.of(other, set, settings(Objective.BCE)))
                    .as(other.name())
                    .isEmpty();
        }
        assertThatThrownBy(() -> LinearFit.of(mean, set, settings(Objective.CE)))
                .hasMessageContaining("exactly one class a clip");
    }

    @Test
    void refusesTokensThatAreNotNumbers() {
        List<TokenMap> maps = new ArrayList<>(maps(1));
        float[] broken = maps.get(3).tokens().clone();
        broken[2] = Float.NaN;
        maps.set(3, new TokenMap(1, 1, DIM, broken, null));
        assertThatThrownBy(() -> fit(
                        probe("linear-mean", ProbeOptions.DEFAULTS),
                        TokenSet.of(maps, severalClasses(), CLASSES),
                        Objective.BCE))
                .isInstanceOf(TrainingDivergedException.class)
                .hasMessageContaining("NaN");
    }

    @Test
    void columnsHaveWeightsOfTheirOwn() throws IOException {
        List<TokenMap> maps = new ArrayList<>();
        float[] y = new float[CLIPS * 2];
        for (int i = 0; i < CLIPS; i++) {
            int column = i % 2;
            float[] tokens = new float[2 * 2 * DIM];
            for (int t = 0; t < 2; t++) {
                tokens[(t * 2 + column) * DIM + i % DIM] = 1;
            }
            maps.add(new TokenMap(2, 2, DIM, tokens, null));
            y[i * 2 + column] = 1;
        }
        TokenSet set = TokenSet.of(maps, y, 2);
        Probe probe = Probes.create(
                Backends.current(), "linearc-freqconcat", set.tokens().layout(), 2, ProbeOptions.DEFAULTS, 1);
        LinearFit.of(probe, set, settings(Objective.CE)).orElseThrow().fit(10);
        Tensor logits = probe.logits(TokenBatch.of(Backends.current(), maps));
        float[] values = logits.toFloats();
        for (int i = 0; i < CLIPS; i++) {
            assertThat(values[i * 2 + i % 2]).as("clip " + i).isGreaterThan(values[i * 2 + 1 - i % 2] + 1);
        }
    }
}
