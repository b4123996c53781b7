package org.unmute.benchmark.protocol;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.unmute.benchmark.StopSignal;
import org.unmute.benchmark.search.Halving;
import org.unmute.benchmark.search.Range;
import org.unmute.benchmark.search.SearchSpace;
import org.unmute.benchmark.search.StudySettings;
import org.unmute.metrics.PrimaryMetric;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.train.Objective;
import org.unmute.probes.train.TokenSet;
import org.unmute.probes.train.TrainingSettings;

/** Cells that run in a moment: clips in memory with a few tokens, to which each class adds its own direction. */
final class TinyCell {
    static final int DIM = 8;
    static final int CLASSES = 3;

    private TinyCell() {}

    static TokenSet clips(int count, long seed, boolean singleLabel) {
        SplittableRandom random = new SplittableRandom(seed);
        List<TokenMap> maps = new ArrayList<>();
        float[] targets = new float[count * CLASSES];
        for (int c = 0; c < count; c++) {
            float[] tokens = new float[6 * DIM];
            for (int i = 0; i < tokens.length; i++) {
                tokens[i] = (float) random.nextGaussian();
            }
            int only = random.nextInt(CLASSES);
            for (int k = 0; k < CLASSES; k++) {
                if (singleLabel ? k == only : random.nextInt(2) == 0) {
                    targets[c * CLASSES + k] = 1;
                    tokens[random.nextInt(6) * DIM + k] += 3;
                }
            }
            maps.add(new TokenMap(3, 2, DIM, tokens, null));
        }
        return TokenSet.of(maps, targets, CLASSES);
    }

    static Fold fold(int number, boolean singleLabel) {
        return new Fold(
                number,
                clips(24, 1 + 10L * number, singleLabel),
                clips(16, 2 + 10L * number, singleLabel),
                clips(20, 3 + 10L * number, singleLabel),
                true);
    }

    static CellData multiLabel() {
        return new CellData(List.of(fold(0, false)), names(), Objective.ASL, PrimaryMetric.MAP, "encoder", "front end");
    }

    static CellData folds() {
        return new CellData(
                List.of(fold(1, true), fold(2, true)),
                names(),
                Objective.CE,
                PrimaryMetric.ACCURACY,
                "encoder",
                "front end");
    }

    private static List<String> names() {
        return IntStream.range(0, CLASSES).mapToObj(i -> "class " + i).toList();
    }

    static CellSettings settings(String probe, long seed) {
        StudySettings study = new StudySettings(3, 2, seed, Optional.of(new Halving(1, 2)), true);
        SearchSpace space =
                new SearchSpace(List.of(Range.logarithmic("lr", 1e-3, 1e-1), Range.logarithmic("wd", 1e-5, 1e-3)));
        TrainingSettings training =
                TrainingSettings.paper(probe).withEpochs(4).withBatch(8).withSeed(seed);
        return new CellSettings(probe, ProbeOptions.DEFAULTS, training, space, study, 2, List.of(0L, 5L));
    }

    /** Writes the test scores of each seed and, at the end, the result of the cell, without times. */
    static final class Recorder implements CellRecorder {
        @Override
        public void seed(CellId cell, SeedResult result, Path folder, List<FoldScores> folds) throws IOException {
            StringBuilder text =
                    new StringBuilder(result.seed() + " " + result.validation() + " " + result.test() + "\n");
            for (FoldScores f : folds) {
                text.append(f.fold().number())
                        .append(' ')
                        .append(f.test())
                        .append(' ')
                        .append(java.util.Arrays.deepToString(f.scores()))
                        .append('\n');
            }
            Files.writeString(folder.resolve("seed.txt"), text);
        }

        @Override
        public void finished(CellResult result, Path folder) throws IOException {
            Files.writeString(
                    folder.resolve("cell.txt"),
                    result.best() + " " + result.parameters() + " " + result.pruned() + " "
                            + result.mean(SeedResult::test) + " " + result.deviation(SeedResult::test) + " "
                            + result.options());
        }
    }

    static CellRun.Context context(CoreShare cores, StopSignal stop, CellListener listener) {
        return new CellRun.Context(cores, stop, listener, new Recorder(), Duration.ZERO);
    }

    /** Every file of a finished cell, without the times in its journals. */
    static TreeMap<String, String> content(Path folder) throws IOException {
        TreeMap<String, String> all = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String text = java.util.HexFormat.of().formatHex(Files.readAllBytes(file));
                if (file.toString().endsWith(".jsonl")) {
                    text = Files.readString(file).replaceAll("\"(seconds|clipsPerSecond)\":[^,}]+", "");
                }
                all.put(folder.relativize(file).toString(), text);
            }
        }
        return all;
    }
}
