package org.unmute.probes.truth;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;
import org.unmute.probes.truth.TrainingBoxes.Band;
import org.unmute.probes.truth.TrainingBoxes.OfClass;
import org.unmute.probes.truth.TrainingBoxes.Spread;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.SafetensorsFile;
import org.unmute.tensor.io.SafetensorsWriter;

/** Training boxes in a probe's file: {@code boxes.*}, quantiles of each class and the bands of all classes. */
public final class StoredBoxes {
    /** {@code [classes, 9]}: tenth, median and ninetieth of lower edges, upper edges and lengths. */
    private static final String QUANTILES = "boxes.quantiles";
    /** {@code [bands, 2]}: lower and upper edge, class after class. */
    private static final String BANDS = "boxes.bands";
    /** {@code [bands]}: how many boxes each stands for. */
    private static final String COUNTS = "boxes.counts";
    /** {@code [classes]}: how many bands each class has. */
    private static final String OF_CLASS = "boxes.bands_of_class";

    private static final int NUMBERS = 9;

    private StoredBoxes() {}

    /** Adds them to a file. */
    public static void add(SafetensorsWriter out, TrainingBoxes boxes) {
        List<OfClass> classes = boxes.classes();
        double[] quantiles = classes.stream()
                .flatMapToDouble(c -> List.of(c.low(), c.high(), c.seconds()).stream()
                        .flatMapToDouble(s -> DoubleStream.of(s.tenth(), s.median(), s.ninetieth())))
                .toArray();
        List<Band> bands = classes.stream().flatMap(c -> c.bands().stream()).toList();
        out.add(QUANTILES, Shape.of(classes.size(), NUMBERS), quantiles)
                .add(
                        BANDS,
                        Shape.of(bands.size(), 2),
                        bands.stream()
                                .flatMapToDouble(b -> DoubleStream.of(b.low(), b.high()))
                                .toArray())
                .add(
                        COUNTS,
                        Shape.of(bands.size()),
                        bands.stream().mapToInt(Band::boxes).toArray())
                .add(
                        OF_CLASS,
                        Shape.of(classes.size()),
                        classes.stream().mapToInt(c -> c.bands().size()).toArray());
    }

    /**
     * Those of a file; null if it has none.
     *
     * @throws IllegalArgumentException if something is missing or malformed
     */
    public static @Nullable TrainingBoxes of(SafetensorsFile file) {
        if (!file.has(QUANTILES)) {
            return null;
        }
        for (String name : List.of(BANDS, COUNTS, OF_CLASS)) {
            if (!file.has(name)) {
                throw new IllegalArgumentException(name + " is missing");
            }
        }
        double[] quantiles = file.doubles(QUANTILES);
        double[] bands = file.doubles(BANDS);
        int[] counts = file.ints(COUNTS);
        int[] ofClass = file.ints(OF_CLASS);
        long sum = 0;
        for (int n : ofClass) {
            sum = n < 0 ? Long.MIN_VALUE : sum + n;
        }
        requireShape(file, QUANTILES, Shape.of(ofClass.length, NUMBERS));
        requireShape(file, BANDS, Shape.of(counts.length, 2));
        if (sum != counts.length) {
            throw new IllegalArgumentException(
                    OF_CLASS + " do not add up to the " + counts.length + " numbers of " + COUNTS);
        }
        List<OfClass> classes = new ArrayList<>();
        int at = 0;
        for (int c = 0; c < ofClass.length; c++) {
            List<Band> own = new ArrayList<>();
            for (int i = 0; i < ofClass[c]; i++, at++) {
                own.add(new Band(bands[2 * at], bands[2 * at + 1], counts[at]));
            }
            classes.add(new OfClass(
                    spread(quantiles, NUMBERS * c),
                    spread(quantiles, NUMBERS * c + 3),
                    spread(quantiles, NUMBERS * c + 6),
                    own));
        }
        return new TrainingBoxes(classes);
    }

    private static Spread spread(double[] quantiles, int from) {
        return new Spread(quantiles[from], quantiles[from + 1], quantiles[from + 2]);
    }

    private static void requireShape(SafetensorsFile file, String name, Shape expected) {
        if (!file.shape(name).equals(expected)) {
            throw new IllegalArgumentException(name + " has shape " + file.shape(name) + ", not " + expected);
        }
    }
}
