package org.unmute.benchmark.results;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.unmute.benchmark.results.ComparedRuns.Setting;

/**
 * How a prototype probe's score depends on J, its number of prototypes per class (paper, Table 7).
 *
 * @param curves one per setting and column that has cells with at least two values of J
 */
public record PrototypeEffect(List<Curve> curves) {

    public PrototypeEffect {
        curves = List.copyOf(curves);
    }

    /**
     * One probe in one setting.
     *
     * @param setting the encoder and data set
     * @param column  the probe
     * @param points  in ascending order of J
     */
    public record Curve(Setting setting, Column column, List<Point> points) {
        public Curve {
            points = List.copyOf(points);
        }
    }

    /**
     * One cell.
     *
     * @param prototypes J, per class
     * @param parameters of the probe
     * @param score      on the test clips
     */
    public record Point(int prototypes, long parameters, Score score) {}

    /** All curves. */
    public static PrototypeEffect of(ComparedRuns results) {
        Map<List<Object>, List<Entry>> places = results.all()
                .filter(e -> e.cell().prototypical())
                .collect(Collectors.groupingBy(
                        e -> List.of(new Setting(e.cell().encoder(), e.cell().dataset()), e.column()),
                        LinkedHashMap::new,
                        Collectors.toList()));
        List<Curve> curves = new ArrayList<>();
        places.forEach((place, entries) -> {
            List<Point> points = entries.stream()
                    .map(Entry::cell)
                    .map(c -> new Point(c.prototypes(), c.parameters(), c.test()))
                    .sorted(Comparator.comparingInt(Point::prototypes))
                    .toList();
            if (points.size() > 1) {
                curves.add(
                        new Curve((Setting) place.getFirst(), entries.getFirst().column(), points));
            }
        });
        return new PrototypeEffect(curves);
    }
}
