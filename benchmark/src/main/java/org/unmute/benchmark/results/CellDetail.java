package org.unmute.benchmark.results;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.unmute.files.InputException;

/**
 * Per-class scores, training curves and calibration of a cell, averaged over its seeds.
 *
 * @param classes     one per class of the data set, in its order
 * @param epochs      one per epoch
 * @param calibration bins of equal width from 0 to 1
 */
public record CellDetail(List<ClassAverage> classes, List<EpochAverage> epochs, List<CalibrationBin> calibration) {

    public CellDetail {
        classes = List.copyOf(classes);
        epochs = List.copyOf(epochs);
        calibration = List.copyOf(calibration);
    }

    /**
     * Reads {@code per-class.csv}, {@code loss.csv} and {@code calibration.csv} of all seeds.
     *
     * @throws InputException naming a file that is missing, damaged or inconsistent with the others
     */
    public static CellDetail read(FinishedCell cell) {
        List<Path> seeds = cell.seeds().stream()
                .map(s -> cell.folder().resolve(s.folder()))
                .toList();
        return new CellDetail(classes(cell, seeds), epochs(seeds), calibration(seeds));
    }

    /**
     * Expected calibration error: the sum over bins of (share of predictions) x |accuracy - confidence|; NaN without
     * predictions.
     */
    public double calibrationError() {
        long all = calibration.stream().mapToLong(CalibrationBin::count).sum();
        return all == 0
                ? Double.NaN
                : calibration.stream()
                        .filter(b -> b.count() > 0)
                        .mapToDouble(b -> b.count() / (double) all * Math.abs(b.accuracy() - b.confidence()))
                        .sum();
    }

    private static List<ClassAverage> classes(FinishedCell cell, List<Path> seeds) {
        List<List<RunFiles.Row>> all = read(seeds, "per-class.csv", "class", "ap", "positives");
        List<ClassAverage> classes = new ArrayList<>();
        for (int c = 0; c < all.getFirst().size(); c++) {
            RunFiles.Row first = all.getFirst().get(c);
            double[] ap = new double[all.size()];
            for (int s = 0; s < ap.length; s++) {
                RunFiles.Row row = all.get(s).get(c);
                if (!row.text("class").equals(first.text("class"))
                        || row.count("positives") != first.count("positives")) {
                    throw row.wrong("class '" + row.text("class") + "' with " + row.text("positives")
                            + " positives where " + first.source() + " has '" + first.text("class") + "' with "
                            + first.text("positives"));
                }
                ap[s] = Double.isNaN(row.number("ap")) ? Double.NaN : row.fraction("ap");
            }
            classes.add(new ClassAverage(first.text("class"), first.count("positives"), Score.of(ap)));
        }
        if (classes.size() != cell.classes()) {
            throw damaged(
                    seeds.getFirst().resolve("per-class.csv"),
                    classes.size() + " classes, " + FinishedCell.FILE + " says " + cell.classes());
        }
        return classes;
    }

    private static List<EpochAverage> epochs(List<Path> seeds) {
        Map<Integer, List<RunFiles.Row>> byEpoch = new TreeMap<>();
        for (Path seed : seeds) {
            for (RunFiles.Row row : RunFiles.rows(seed.resolve("loss.csv"), "epoch", "loss", "validation")) {
                byEpoch.computeIfAbsent(epoch(row), e -> new ArrayList<>()).add(row);
            }
        }
        List<EpochAverage> epochs = new ArrayList<>();
        byEpoch.forEach(
                (epoch, rows) -> epochs.add(new EpochAverage(epoch, score(rows, "loss"), score(rows, "validation"))));
        return epochs;
    }

    private static int epoch(RunFiles.Row row) {
        long epoch = row.count("epoch");
        if (epoch > Integer.MAX_VALUE) {
            throw row.wrong("epoch " + epoch + " is more than a training can have, " + Integer.MAX_VALUE);
        }
        return (int) epoch;
    }

    private static Score score(List<RunFiles.Row> rows, String column) {
        return Score.of(rows.stream()
                .mapToDouble(r -> r.number(column))
                .filter(Double::isFinite)
                .toArray());
    }

    private static List<CalibrationBin> calibration(List<Path> seeds) {
        List<List<RunFiles.Row>> all = read(seeds, "calibration.csv", "bin", "confidence", "accuracy", "count");
        int bins = all.getFirst().size();
        List<CalibrationBin> out = new ArrayList<>();
        for (int b = 0; b < bins; b++) {
            long count = 0;
            double confidence = 0;
            double accuracy = 0;
            for (List<RunFiles.Row> rows : all) {
                RunFiles.Row row = rows.get(b);
                long n = row.count("count");
                count += n;
                confidence += n == 0 ? 0 : n * row.fraction("confidence");
                accuracy += n == 0 ? 0 : n * row.fraction("accuracy");
            }
            out.add(new CalibrationBin(
                    b / (double) bins,
                    (b + 1) / (double) bins,
                    count == 0 ? Double.NaN : confidence / count,
                    count == 0 ? Double.NaN : accuracy / count,
                    count));
        }
        return out;
    }

    /** The same file of each seed; all must have the same number of rows. */
    private static List<List<RunFiles.Row>> read(List<Path> seeds, String file, String... columns) {
        List<List<RunFiles.Row>> all = new ArrayList<>();
        for (Path seed : seeds) {
            List<RunFiles.Row> rows = RunFiles.rows(seed.resolve(file), columns);
            if (!all.isEmpty() && rows.size() != all.getFirst().size()) {
                throw damaged(
                        seed.resolve(file),
                        rows.size() + " rows, " + seeds.getFirst().resolve(file) + " has "
                                + all.getFirst().size());
            }
            all.add(rows);
        }
        return all;
    }

    private static InputException damaged(Path file, String what) {
        return new InputException(file + ": damaged: " + what);
    }
}
