package org.unmute.cli.probe;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.probes.truth.TrainingBoxes;
import org.unmute.probes.truth.TrainingBoxes.OfClass;
import org.unmute.probes.truth.TrainingBoxes.Spread;

/**
 * The boxes that taught a class, for JSON: tenth, median and ninetieth of lower edges, upper edges and lengths.
 *
 * @param boxes   how many there were
 * @param low     in Hz; null without boxes
 * @param high    in Hz; null without boxes
 * @param seconds lengths; null without boxes
 */
record TaughtJson(int boxes, List<Double> low, List<Double> high, List<Double> seconds) {
    /** Of a class. */
    static TaughtJson of(OfClass taught) {
        return new TaughtJson(taught.boxes(), list(taught.low()), list(taught.high()), list(taught.seconds()));
    }

    /** Of each class that boxes taught. */
    static Map<String, TaughtJson> of(List<String> classes, TrainingBoxes boxes) {
        Map<String, TaughtJson> all = new LinkedHashMap<>();
        for (int c = 0; c < classes.size(); c++) {
            if (boxes.classes().get(c).boxes() > 0) {
                all.put(classes.get(c), of(boxes.classes().get(c)));
            }
        }
        return all;
    }

    private static List<Double> list(Spread spread) {
        return Double.isNaN(spread.median()) ? null : List.of(spread.tenth(), spread.median(), spread.ninetieth());
    }
}
