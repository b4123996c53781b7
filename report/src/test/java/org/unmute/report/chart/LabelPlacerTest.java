package org.unmute.report.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.unmute.report.chart.LabelPlacer.Box;

class LabelPlacerTest {
    @Test
    void aLonePointHasItsLabelAtTheRightAndAtTheEdgeAtTheLeft() {
        LabelPlacer placer = new LabelPlacer(0, 0, 100, 100);
        assertThat(placer.place(20, 50, 5, 30, 10)).isEqualTo(new Box(25, 45, 55, 55));
        assertThat(placer.place(90, 80, 5, 30, 10)).isEqualTo(new Box(55, 75, 85, 85));
    }

    @Test
    void withoutRoomThereIsNoLabel() {
        LabelPlacer placer = new LabelPlacer(0, 0, 100, 100);
        assertThat(placer.place(50, 50, 5, 120, 10)).isNull();
    }

    @Property(tries = 200)
    void labelsOverlapNeitherEachOtherNorPointsNorTheEdge(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 60) int points) {
        Random random = new Random(seed);
        LabelPlacer placer = new LabelPlacer(0, 0, 600, 300);
        List<Box> taken = new ArrayList<>();
        List<double[]> spots = new ArrayList<>();
        for (int i = 0; i < points; i++) {
            double[] spot = {600 * random.nextDouble(), 300 * random.nextDouble()};
            spots.add(spot);
            taken.add(new Box(spot[0] - 5, spot[1] - 5, spot[0] + 5, spot[1] + 5));
        }
        taken.forEach(placer::keepFree);
        for (double[] spot : spots) {
            Box box = placer.place(spot[0], spot[1], 6, 20 + 60 * random.nextDouble(), 11);
            if (box != null) {
                assertThat(taken).noneMatch(box::overlaps);
                assertThat(new Box(0, 0, 600, 300).contains(box)).isTrue();
                taken.add(box);
            }
        }
        assertThat(taken.size()).as("most labels find a place").isGreaterThan(points + points / 2);
    }
}
