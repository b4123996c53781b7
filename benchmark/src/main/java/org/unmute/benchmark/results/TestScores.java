package org.unmute.benchmark.results;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.unmute.benchmark.protocol.SeedResult;
import org.unmute.data.ClipId;
import org.unmute.data.TextTable;
import org.unmute.files.InputException;
import org.unmute.files.RegularFile;
import org.unmute.metrics.Bootstrap;
import org.unmute.metrics.PrimaryMetric;

/**
 * The scores that the seeds of a cell gave the test clips, {@code scores.csv}, with the labels of the clips, {@code
 * clips.csv} or a file for each fold.
 *
 * @param clips  ids of the test clips, fold by fold
 * @param folds  clips of each fold; one number without folds
 * @param labels {@code [clips, classes]}
 * @param seeds  {@code [seeds, clips, classes]}
 */
record TestScores(List<String> clips, int[] folds, boolean[][] labels, List<float[][]> seeds) {
    private static final String SCORES = "scores.csv";
    private static final String CLIPS = "clips";
    /** Tolerance for a mean of a few fractions. */
    private static final double ROUNDING = 1e-6;

    private record Used(String id, List<String> labels) {}

    private record Scored(List<String> classes, List<String> clips, float[][] rows) {}

    /** Why a cell's scores cannot be read: which file is not there; empty if all are. */
    static Optional<String> lacking(FinishedCell cell) throws IOException {
        for (SeedResult seed : cell.seeds()) {
            if (!RegularFile.exists(cell.folder().resolve(seed.folder()).resolve(SCORES))) {
                return Optional.of("no " + seed.folder() + "/" + SCORES);
            }
        }
        return clipFiles(cell).isEmpty() ? Optional.of("no " + CLIPS + ".csv") : Optional.empty();
    }

    /** The files of the clips: one, or one for each fold in the order of their numbers. */
    private static List<Path> clipFiles(FinishedCell cell) throws IOException {
        Path folder = cell.folder().getParent();
        Path one = folder.resolve(CLIPS + ".csv");
        if (RegularFile.exists(one)) {
            return List.of(one);
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.getFileName().toString().matches(CLIPS + "-fold-[0-9]{1,6}\\.csv"))
                    .sorted(Comparator.comparingInt(
                            f -> Integer.parseInt(f.getFileName().toString().replaceAll("\\D", ""))))
                    .toList();
        }
    }

    /**
     * Reads the scores.
     *
     * @throws InputException naming a file that is damaged, or that contradicts another
     * @throws IOException if a file cannot be read
     */
    static TestScores read(FinishedCell cell) throws IOException {
        List<Scored> seeds = new ArrayList<>();
        for (SeedResult seed : cell.seeds()) {
            Path file = cell.folder().resolve(seed.folder()).resolve(SCORES);
            Scored own = scored(file);
            if (!seeds.isEmpty()
                    && !(own.clips.equals(seeds.getFirst().clips) && own.classes.equals(seeds.getFirst().classes))) {
                throw new InputException(file + ": damaged: other clips or classes than those of seed "
                        + cell.seeds().getFirst().seed());
            }
            seeds.add(own);
        }
        Scored first = seeds.getFirst();
        boolean[][] labels = new boolean[first.rows.length][first.classes.size()];
        Map<String, Integer> index = new HashMap<>();
        first.classes.forEach(c -> index.put(c, index.size()));
        List<Path> files = clipFiles(cell);
        int[] folds = new int[files.size()];
        int at = 0;
        for (int f = 0; f < folds.length; f++) {
            List<Used> tested = tested(files.get(f), first.clips, at);
            for (Used clip : tested) {
                for (String label : clip.labels) {
                    Integer c = index.get(label);
                    if (c == null) {
                        throw new InputException(files.get(f) + ": clip " + clip.id + " has the label '" + label
                                + "', which is not a class of " + cell.folder());
                    }
                    labels[at][c] = true;
                }
                at++;
            }
            folds[f] = tested.size();
        }
        if (at != first.clips.size()) {
            throw new InputException(cell.folder() + ": " + SCORES + " has " + first.clips.size() + " clips, "
                    + files.getFirst().getFileName() + " says that " + at + " were tested");
        }
        TestScores all = new TestScores(
                first.clips, folds, labels, seeds.stream().map(Scored::rows).toList());
        all.requireSame(cell);
        return all;
    }

    private static Scored scored(Path file) throws IOException {
        try (TextTable table = TextTable.open(file)) {
            List<String> names = table.names();
            List<String> clips = new ArrayList<>();
            List<float[]> rows = new ArrayList<>();
            table.forEach(row -> {
                List<String> fields = row.fields();
                float[] scores = new float[names.size() - 1];
                for (int c = 0; c < scores.length; c++) {
                    scores[c] = score(file, row.place().line(), fields.get(c + 1));
                }
                clips.add(fields.getFirst());
                rows.add(scores);
            });
            if (rows.isEmpty() || names.size() < 2) {
                throw new InputException(file + ": damaged: it has no scores");
            }
            return new Scored(names.subList(1, names.size()), clips, rows.toArray(float[][]::new));
        }
    }

    private static float score(Path file, long line, String text) {
        try {
            float value = Float.parseFloat(text);
            if (value >= 0 && value <= 1) {
                return value;
            }
        } catch (NumberFormatException e) {
            // reported below
        }
        throw new InputException(file + ":" + line + ": a score is '" + text + "': a number from 0 to 1 is expected");
    }

    /**
     * The test clips of a file: it has those of training and validation first, and the test clips in the order of the
     * scores.
     *
     * @param at number of the first score of this fold
     */
    private static List<Used> tested(Path file, List<String> scored, int at) throws IOException {
        List<Used> all = new ArrayList<>();
        for (RunFiles.Row row : RunFiles.rows(file, "file", "start", "end", "labels")) {
            String id;
            try {
                id = ClipId.part(row.text("file"), row.text("start"), row.text("end"));
            } catch (IllegalArgumentException e) {
                throw row.wrong(e.getMessage());
            }
            String labels = row.text("labels");
            all.add(new Used(id, labels.isEmpty() ? List.of() : List.of(labels.split(";"))));
        }
        List<String> ids = all.stream().map(Used::id).toList();
        int from = at < scored.size() ? ids.lastIndexOf(scored.get(at)) : -1;
        int count = from < 0 ? 0 : ids.size() - from;
        if (from < 0
                || at + count > scored.size()
                || !ids.subList(from, ids.size()).equals(scored.subList(at, at + count))) {
            throw new InputException(
                    file + ": its last clips are not those that " + SCORES + " has from row " + (at + 1));
        }
        return all.subList(from, all.size());
    }

    /** The scores must give the metrics that the cell states. */
    private void requireSame(FinishedCell cell) {
        PrimaryMetric metric = metric(cell);
        for (int s = 0; s < seeds.size(); s++) {
            double sum = 0;
            int from = 0;
            for (int count : folds) {
                sum += metric.of(part(seeds.get(s), from, count), part(labels, from, count));
                from += count;
            }
            double stated = cell.seeds().get(s).test();
            if (!(Math.abs(sum / folds.length - stated) <= ROUNDING)) {
                throw new InputException(cell.folder().resolve(FinishedCell.FILE) + ": contradicts "
                        + cell.seeds().get(s).folder() + "/" + SCORES + ": " + cell.metric() + " is " + stated
                        + ", the scores give " + sum / folds.length);
            }
        }
    }

    private static PrimaryMetric metric(FinishedCell cell) {
        for (PrimaryMetric metric : PrimaryMetric.values()) {
            if (metric.label().equals(cell.metric())) {
                return metric;
            }
        }
        throw new InputException(cell.folder().resolve(FinishedCell.FILE) + ": metric '" + cell.metric()
                + "' is not one that scores can be resampled for: mAP or accuracy");
    }

    /**
     * The cell's metric of resampled test clips: clips are drawn within each fold, the same ones for all seeds; the
     * mean over folds and seeds.
     *
     * @return {@code [resamples]}
     */
    double[] draws(FinishedCell cell, Bootstrap bootstrap) {
        PrimaryMetric metric = metric(cell);
        double[] mean = new double[bootstrap.resamples()];
        int from = 0;
        for (int f = 0; f < folds.length; f++) {
            Bootstrap own = new Bootstrap(bootstrap.resamples(), bootstrap.level(), bootstrap.seed() + f);
            boolean[][] truth = part(labels, from, folds[f]);
            for (float[][] rows : seeds) {
                double[] values = own.values(metric, part(rows, from, folds[f]), truth);
                for (int r = 0; r < mean.length; r++) {
                    mean[r] += values[r] / (folds.length * seeds.size());
                }
            }
            from += folds[f];
        }
        return mean;
    }

    private static <T> T[] part(T[] rows, int from, int count) {
        return Arrays.copyOfRange(rows, from, from + count);
    }
}
