package org.unmute.probes.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.EncoderSpec.Grid;
import org.unmute.models.encoder.EncoderSpec.Input;
import org.unmute.models.encoder.EncoderSpec.TokenOrder;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.models.frontend.MelBands;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.TokenLayout;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.truth.TrainingBoxes;
import org.unmute.probes.truth.TrainingBoxes.Box;
import org.unmute.probes.truth.TrainingBoxes.OfClass;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backends;

/** Prototypes matched by planted tokens. */
class BandFinderTest {
    private static final int DIM = 64;
    private static final int FREQ = 8;
    private static final MelBands MEL = new MelBands(128, 20, 8000);
    private static final EncoderSpec SPEC = spec(FREQ, MEL);

    /** Three prototypes of random signs. Classes a, b and c weight them differently; d uses none. */
    private static final float[] PROTOTYPES = signs(3 * DIM);

    private static final TrainedProbe PROBE = protobin(new float[] {
        5, -1, 0,
        0, 5, 0.5f,
        0, 4, 4,
        -3, -3, -3
    });

    private static EncoderSpec spec(int freq, MelBands bands) {
        return new EncoderSpec(
                "x",
                "",
                new Input(16_000, 164_080, 400, 163_840, "", Map.of(), bands),
                new Grid(64, freq, 2560, TokenOrder.TIME_MAJOR, 0),
                DIM,
                1,
                List.of());
    }

    private static float[] signs(int n) {
        SplittableRandom random = new SplittableRandom(7);
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = random.nextBoolean() ? 1 : -1;
        }
        return x;
    }

    private static TrainedProbe protobin(float[] weights) {
        Map<String, Tensor> parameters = Map.of(
                "prototype_vectors", Tensor.of(Backends.current(), PROTOTYPES, 3, DIM),
                "fc.weight", Tensor.of(Backends.current(), weights, 4, 3),
                "fc.bias", Tensor.of(Backends.current(), new float[4], 4));
        return new TrainedProbe(
                Probes.of("protobin", parameters, false, ProbeOptions.DEFAULTS),
                List.of("a", "b", "c", "d"),
                false,
                false,
                null,
                "",
                "");
    }

    /** A row of noise with prototypes in some columns. */
    private static Features row(int[] prototype, int... columns) {
        SplittableRandom random = new SplittableRandom(3);
        float[] tokens = new float[FREQ * DIM];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = (float) (0.3 * random.nextGaussian());
        }
        for (int i = 0; i < columns.length; i++) {
            for (int d = 0; d < DIM; d++) {
                tokens[columns[i] * DIM + d] += PROTOTYPES[prototype[i] * DIM + d];
            }
        }
        return new Features(new TokenMap(1, FREQ, DIM, tokens, null));
    }

    private static Band columns(int first, int last) {
        return new Band(SPEC.place(0, first).lowHz(), SPEC.place(0, last).highHz(), false);
    }

    @Test
    void aPlantedColumnIsTheBand() {
        BandFinder finder = new BandFinder(PROBE, SPEC);
        assertThat(finder.isLocal()).isTrue();
        for (int f = 0; f < FREQ; f++) {
            assertThat(finder.of(row(new int[] {0}, f), 0)).as("column %d", f).isEqualTo(columns(f, f));
        }
        assertThat(columns(2, 2).low()).isEqualTo(MEL.border(32));
        assertThat(columns(2, 2).high()).isEqualTo(MEL.border(48));
    }

    @Test
    void columnsNextToEachOtherAreOneBand() {
        BandFinder finder = new BandFinder(PROBE, SPEC);
        assertThat(finder.of(row(new int[] {0, 0, 0}, 3, 4, 5), 0)).isEqualTo(columns(3, 5));
        // Two prototypes of one class win at neighbouring columns.
        assertThat(finder.of(row(new int[] {1, 2}, 5, 6), 2)).isEqualTo(columns(5, 6));
    }

    @Test
    void prototypesCountByWhatTheyContribute() {
        BandFinder finder = new BandFinder(PROBE, SPEC);
        // Class b weights prototype 1 ten times as much as prototype 2.
        assertThat(finder.of(row(new int[] {1, 2}, 1, 6), 1)).isEqualTo(columns(1, 1));
        // The weight of prototype 1 for class a is negative, so it does not help to locate a.
        assertThat(finder.of(row(new int[] {0, 1}, 2, 7), 0)).isEqualTo(columns(2, 2));
    }

    @Test
    void eachPrototypeCountsInTheRowWhereItWins() {
        BandFinder finder = new BandFinder(PROBE, SPEC);
        // Class c weights prototypes 1 and 2 alike; they win in different rows, at neighbouring columns.
        Features rows =
                joined(row(new int[0]), row(new int[] {2}, 6), row(new int[0]), row(new int[] {1}, 5), row(new int[0]));
        assertThat(finder.of(rows, 2)).isEqualTo(columns(5, 6));
        // If they are far apart, both have the same votes.
        assertThat(finder.of(joined(row(new int[] {2}, 7), row(new int[] {1}, 1)), 2))
                .isIn(columns(1, 1), columns(7, 7));
        // A weaker match in another row does not count.
        Features weak = row(new int[] {0}, 3);
        for (int i = 0; i < weak.tokens().tokens().length; i++) {
            weak.tokens().tokens()[i] += (float) (0.9 * Math.sin(i));
        }
        assertThat(finder.of(joined(weak, row(new int[] {0}, 6)), 0)).isEqualTo(columns(6, 6));
    }

    private static Features joined(Features... rows) {
        return new Features(
                TokenMap.join(Arrays.stream(rows).map(Features::tokens).toList(), 1));
    }

    @Test
    void withoutEvidenceTheBandIsFull() {
        BandFinder finder = new BandFinder(PROBE, SPEC);
        Band full = new Band(20, 8000, true);
        assertThat(finder.full()).isEqualTo(full);
        assertThat(finder.of(row(new int[] {0}, 2), 3)).isEqualTo(full);
        // The same token in all columns.
        float[] same = new float[FREQ * DIM];
        for (int f = 0; f < FREQ; f++) {
            System.arraycopy(PROTOTYPES, 0, same, f * DIM, DIM);
        }
        assertThat(finder.of(new Features(new TokenMap(1, FREQ, DIM, same, null)), 0))
                .isEqualTo(full);
    }

    @Test
    void oneColumnAndOtherProbesGiveTheFullBand() {
        Features one = new Features(new TokenMap(1, 1, DIM, Arrays.copyOf(PROTOTYPES, DIM), null));
        BandFinder time = new BandFinder(PROBE, spec(1, MEL));
        assertThat(time.isLocal()).isFalse();
        assertThat(time.of(one, 0)).isEqualTo(new Band(20, 8000, true));
        assertThat(new BandFinder(PROBE, spec(1, null)).of(one, 0)).isEqualTo(new Band(0, 8000, true));
        TrainedProbe mean = new TrainedProbe(
                Probes.create(
                        Backends.current(),
                        "linear-mean",
                        new TokenLayout(DIM, FREQ, false),
                        1,
                        ProbeOptions.DEFAULTS,
                        1),
                List.of("a"),
                false,
                false,
                null,
                "",
                "");
        assertThat(new BandFinder(mean, SPEC).of(row(new int[] {0}, 2), 0).full())
                .isTrue();
    }

    @Test
    void aProbeOfBoxesFindsBandsFromThoseThatTaughtIt() {
        Map<String, Tensor> parameters = PROBE.probe().parameters();
        TrainedProbe plain = new TrainedProbe(
                Probes.of("protobin", parameters, false, ProbeOptions.parse("bands=taught")),
                PROBE.classes(),
                false,
                false,
                null,
                "",
                "");
        Box low = new Box(1, 100, 220);
        Box high = new Box(1, 3000, 4000);
        OfClass both = OfClass.of(List.of(low, high));
        TrainedProbe probe = plain.withBoxes(new TrainingBoxes(
                List.of(both, OfClass.of(List.of(new Box(2, 20, 8000))), OfClass.of(List.of(high)), OfClass.NONE)));
        BandFinder finder = new BandFinder(probe, SPEC);
        assertThat(finder.isTaught()).isTrue();
        Band below = finder.of(row(new int[] {0}, 0), 0);
        Band above = finder.of(row(new int[] {0}, 5), 0);
        Band without = finder.of(row(new int[] {1}, 3), 0);
        assertThat(below.low()).isBetween(100.0, without.low() - 10);
        assertThat(above.low()).isBetween(without.low() + 10, 3000.0);
        assertThat(above.high()).isBetween(without.high() + 10, 4000.0);
        // The band of all that the encoder hears locates nothing.
        assertThat(finder.of(row(new int[] {1}, 2), 1)).isEqualTo(finder.full());
        assertThat(finder.of(row(new int[] {1}, 0), 2)).isEqualTo(new Band(3000, 4000, false));
        // No box taught this class, or boxes are not known: columns alone decide.
        BandFinder columns = new BandFinder(plain, SPEC);
        assertThat(columns.isTaught()).isFalse();
        Features some = row(new int[] {0}, 3);
        assertThat(finder.of(some, 3)).isEqualTo(columns.of(some, 3));
        assertThat(columns.of(some, 0).low()).isEqualTo(SPEC.place(0, 3).lowHz());
        // Nothing is chosen among boxes unless the probe says so.
        assertThat(new BandFinder(PROBE.withBoxes(probe.boxes()), SPEC).of(some, 0))
                .isEqualTo(new BandFinder(PROBE, SPEC).of(some, 0));
    }

    @Test
    void whatDoesNotFitIsRefused() {
        BandFinder finder = new BandFinder(PROBE, SPEC);
        assertThatThrownBy(() -> finder.of(row(new int[] {0}, 2), 4)).hasMessageContaining("no class 4");
        assertThatThrownBy(() -> new Band(100, 100, false)).hasMessageContaining("from 100.0 to 100.0 Hz");
    }
}
