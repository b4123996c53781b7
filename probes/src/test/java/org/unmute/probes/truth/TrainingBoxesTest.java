package org.unmute.probes.truth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.probes.truth.TrainingBoxes.Band;
import org.unmute.probes.truth.TrainingBoxes.Box;
import org.unmute.probes.truth.TrainingBoxes.OfClass;
import org.unmute.probes.truth.TrainingBoxes.Spread;

class TrainingBoxesTest {
    private static List<Box> boxes(int n, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Box> all = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            double low = 20 * Math.pow(2, 6 * random.nextDouble());
            all.add(new Box(5 * random.nextDouble(), low, low * Math.pow(2, 0.1 + 2 * random.nextDouble())));
        }
        return all;
    }

    @Test
    void quantilesAndBandsOfAFew() {
        OfClass few = OfClass.of(
                List.of(new Box(1, 200, 400), new Box(3, 100, 500), new Box(2, 200, 400), new Box(5, 300, 600)));
        assertThat(few.bands()).containsExactly(new Band(100, 500, 1), new Band(200, 400, 2), new Band(300, 600, 1));
        assertThat(few.boxes()).isEqualTo(4);
        assertThat(few.seconds().median()).isEqualTo(2.5);
        assertThat(few.low().tenth()).isCloseTo(130, within(1e-9));
        assertThat(few.high().ninetieth()).isCloseTo(570, within(1e-9));
        Spread one = OfClass.of(List.of(new Box(0, 1, 2))).high();
        assertThat(one).isEqualTo(new Spread(2, 2, 2));
    }

    @Test
    void noBoxes() {
        assertThat(OfClass.of(List.of())).isEqualTo(OfClass.NONE);
        assertThat(OfClass.NONE.boxes()).isZero();
        assertThat(new TrainingBoxes(List.of(OfClass.NONE, OfClass.of(boxes(3, 1)))).boxes())
                .isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 64, 65, 300, 20_000})
    void bandsAreFewAndAreThoseOfBoxes(int n) {
        List<Box> boxes = boxes(n, n);
        OfClass summary = OfClass.of(boxes);
        assertThat(summary.boxes()).isEqualTo(n);
        assertThat(summary.bands().size())
                .isLessThanOrEqualTo(TrainingBoxes.MAX_BANDS)
                .isGreaterThanOrEqualTo(Math.min(n, TrainingBoxes.MAX_BANDS / 2));
        assertThat(summary.bands())
                .allMatch(b -> boxes.stream().anyMatch(box -> box.low() == b.low() && box.high() == b.high()));
        List<Box> other = new ArrayList<>(boxes);
        Collections.shuffle(other, new Random(5));
        assertThat(OfClass.of(other)).isEqualTo(summary);
    }

    /** Each band is in the cell of one that is kept. */
    @Test
    void noBandIsFarFromAllThatAreKept() {
        List<Box> boxes = boxes(5000, 9);
        List<Band> kept = OfClass.of(boxes).bands();
        assertThat(boxes)
                .allSatisfy(box -> assertThat(kept)
                        .anyMatch(b -> octaves(b.low(), box.low()) < 1.6 && octaves(b.high(), box.high()) < 1.6));
    }

    private static double octaves(double a, double b) {
        return Math.abs(Math.log(a / b)) / Math.log(2);
    }

    @ParameterizedTest
    @CsvSource({"-1, 100, 200", "Infinity, 100, 200", "1, 200, 200", "1, -5, 200", "1, 5, Infinity", "1, NaN, 7"})
    void whatIsNoBoxIsRefused(double seconds, double low, double high) {
        assertThatThrownBy(() -> new Box(seconds, low, high)).hasMessageStartingWith("training boxes: ");
    }

    @Test
    void whatContradictsItselfIsRefused() {
        Spread some = new Spread(1, 2, 3);
        assertThatThrownBy(() -> new Band(1, 2, 0)).hasMessageContaining("a band of 0 boxes");
        assertThatThrownBy(() -> new Spread(3, 2, 4)).hasMessageContaining("must be in order: 3.0, 2.0, 4.0");
        assertThatThrownBy(() -> new Spread(Double.NaN, 2, 4)).hasMessageContaining("must be in order");
        assertThatThrownBy(() -> new OfClass(some, some, some, List.of())).hasMessageContaining("0 bands");
        assertThatThrownBy(() -> new OfClass(some, Spread.NONE, some, List.of(new Band(1, 2, 3))))
                .hasMessageContaining("1 bands");
    }
}
